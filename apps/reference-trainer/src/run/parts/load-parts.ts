import { pathToFileURL } from 'node:url';
import { withParts, standardParts, type PartCatalog } from '@hrm/models';
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

const KINDS: readonly string[] = ['blocks', 'schedules', 'halting'] satisfies (keyof PartCatalog)[];

/** What a module must give. */
const EXPECTED = 'expected its default export to be parts by kind and name, such as { blocks: { mine: myBlock } }';

/** Choices of {@link loadParts}. */
export interface LoadPartsOptions {
  /** Whether the user allows the modules on the command line; what was allowed before need not be allowed again. */
  allowImports: boolean;
  /** The modules as they were when the run was begun. */
  recorded?: readonly ImportedFile[] | undefined;
  terminal: Pick<Terminal, 'say'>;
}

/** The parts that a config can choose, and the modules that brought some. */
export interface LoadedParts {
  parts: PartCatalog;
  /** Those of the config first, in its order, then what they import by a path. */
  imports: readonly ImportedFile[];
}

/**
 * The parts that a run's config can choose by name: the standard ones, and those of the modules that it imports. A module's
 * default export is what `withParts` takes: `{ blocks, schedules, halting }`, each optional.
 *
 * Modules are executed, and a run or config may come from anywhere: none is unless the user allows it, now or before.
 *
 * @throws UsageError for a module that is not allowed, is missing, fails, or gives no parts.
 */
export async function loadParts(
  { name, imports: paths = [] }: Pick<RunConfig, 'name' | 'imports'>,
  options: LoadPartsOptions,
): Promise<LoadedParts> {
  const imports = await importedFiles(paths).catch((error: unknown) => {
    throw error instanceof UsageError ? new UsageError(`${name}: imports: ${error.message}`) : error;
  });
  expectAllowed(imports, options);
  let parts: PartCatalog = standardParts;
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
      parts = withParts(own, parts);
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
      terminal.say(`What is allowed could not be noted in ${allowedImportsPath()}: ${(error as Error).message}`);
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
        `this run brings code of its own, which would be executed as yours:\n${lines.join('\n')}\n` +
          'Nothing of it was. Read it; if you trust it, and the packages that it finds from there, give --allow-imports: these files are ' +
          `then known, as they are and where they are, in ${allowedImportsPath()}.`,
      );
    }
  }
  for (const { path } of changed) {
    terminal.say(`${path} has changed since the run was begun: what it computes may have, too.`);
  }
}

function expectParts(where: string, parts: unknown): Partial<PartCatalog> {
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
          `${where}: ${kind}.${type} is no function; expected one that makes the part of a config's options`,
        );
      }
    }
  }
  return parts;
}
