import { pathToFileURL } from 'node:url';
import type { RunConfig } from '../../config/run-config';
import type { Terminal } from '../../terminal/terminal';
import { UsageError } from '../../command-line/usage-error';
import {
  allowedImportsPath,
  isAllowed,
  readAllowedImports,
  rememberAllowedImports,
  type ImportedFile,
} from './allowed-imports';
import { importedFiles } from './imported-files';
import { catalogKinds, type RunCatalog, standardCatalog, withOwn } from './run-catalog';

const KINDS = Object.keys(catalogKinds);

/** What a module must export, for errors. */
const EXPECTED = 'expected its default export to be parts by kind and name, such as { blocks: { mine: myBlock } }';

/** Options of {@link loadParts}. */
export interface LoadPartsOptions {
  /** Whether the command line allows the modules. Modules allowed earlier need no new permission. */
  allowImports: boolean;
  /** The modules at the time the run was begun. */
  recorded?: readonly ImportedFile[] | undefined;
  terminal: Pick<Terminal, 'say'>;
}

/** The parts that a config can name, and the modules that were imported for them. */
export interface LoadedParts {
  parts: RunCatalog;
  /** The modules of the config in its order, then the files that they import by a path. */
  imports: readonly ImportedFile[];
}

/**
 * Loads the parts that a run's config can name: the standard ones, and those of the modules that it imports. The
 * default export of a module is `{ blocks, schedules, halting, tasks, augmentations, losses, optimizers }`, each optional.
 *
 * A run or config may come from an untrusted source, so a module is executed only if the user has allowed it.
 *
 * @throws UsageError for a module that is not allowed, is missing, fails, or exports no parts.
 */
export async function loadParts(
  { name, imports: paths = [] }: Pick<RunConfig, 'name' | 'imports'>,
  options: LoadPartsOptions,
): Promise<LoadedParts> {
  const imports = await importedFiles(paths).catch((error: unknown) => {
    throw error instanceof UsageError ? new UsageError(`${name}: imports: ${error.message}`) : error;
  });
  expectAllowed(imports, options);
  let parts: RunCatalog = standardCatalog;
  for (const { path } of imports.slice(0, paths.length)) {
    const where = `${name}: imports: ${path}`;
    let module: { default?: unknown };
    try {
      module = (await import(pathToFileURL(path).href)) as typeof module;
    } catch (error) {
      throw new UsageError(`${where} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    const own = expectParts(where, module.default);
    try {
      parts = withOwn(own, parts);
    } catch (error) {
      throw new UsageError(`${where}: ${(error as Error).message}; give it another name`);
    }
  }
  return { parts, imports };
}

function expectAllowed(imports: readonly ImportedFile[], { allowImports, recorded, terminal }: LoadPartsOptions): void {
  if (imports.length === 0) return;
  const changed = recorded ? imports.filter(({ sha256 }) => !recorded.some((file) => file.sha256 === sha256)) : [];
  if (allowImports) {
    try {
      rememberAllowedImports(imports);
    } catch (error) {
      terminal.say(`The permission could not be saved: ${(error as Error).message}`);
    }
  } else {
    const allowed = readAllowedImports();
    const unknown = imports.filter((file) => !isAllowed(file, allowed));
    if (unknown.length > 0) {
      const lines = unknown.map(
        (file) =>
          `  ${file.path} (SHA-256 ${file.sha256}${changed.includes(file) ? ', changed since the run was begun' : ''})`,
      );
      throw new UsageError(
        `this run imports code that would be executed with your rights:\n${lines.join('\n')}\n` +
          'None of it was executed. Read it. If you trust it, and the packages that it imports, give --allow-imports: ' +
          `this permission for these files, unchanged and in their place, is then saved in ${allowedImportsPath()}.`,
      );
    }
  }
  for (const { path } of changed) {
    terminal.say(`${path} has changed since the run was begun, so its results may differ.`);
  }
}

function expectParts(where: string, parts: unknown): Partial<RunCatalog> {
  if (typeof parts !== 'object' || parts === null) {
    throw new UsageError(`${where} exports ${parts === undefined ? 'no default' : typeof parts}; ${EXPECTED}`);
  }
  for (const [kind, byName] of Object.entries(parts)) {
    if (!KINDS.includes(kind)) {
      throw new UsageError(`${where}: there are no parts called "${kind}", only ${KINDS.join(', ')}; ${EXPECTED}`);
    }
    for (const [type, make] of Object.entries((byName ?? {}) as object)) {
      if (typeof make !== 'function') {
        throw new UsageError(
          `${where}: ${kind}.${type} is not a function; expected one that makes the part from its options`,
        );
      }
    }
  }
  return parts;
}
