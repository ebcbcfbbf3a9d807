import { existsSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { registerParts, standardParts, type PartCatalog } from '@hrm/models';
import type { RunConfig } from '../config/run-config';
import { UsageError } from '../terminal/usage-error';

const KINDS: readonly string[] = ['blocks', 'schedules', 'halting'] satisfies (keyof PartCatalog)[];

/** What a module must give. */
const EXPECTED = 'expected its default export to be parts by kind and name, such as { blocks: { mine: myBlock } }';

/**
 * The parts that a run's config can choose by name: the standard ones, and those of the modules that it imports, which are
 * executed. A module's default export is what `registerParts` takes: `{ blocks, schedules, halting }`, each optional.
 *
 * @throws UsageError for a module that is missing, fails, or gives no parts.
 */
export async function loadParts({ name, imports = [] }: Pick<RunConfig, 'name' | 'imports'>): Promise<PartCatalog> {
  let catalog: PartCatalog = standardParts;
  for (const path of imports) {
    const where = `${name}: imports: ${path}`;
    if (!existsSync(path)) {
      throw new UsageError(
        `${where}: there is no such file; paths in a config are relative to the config's own folder`,
      );
    }
    // A pipe would be waited for.
    if (!statSync(path).isFile()) throw new UsageError(`${where}: expected a file, got a folder, pipe or device`);
    let module: { default?: unknown };
    try {
      module = (await import(pathToFileURL(path).href)) as typeof module;
    } catch (error) {
      throw new UsageError(`${where} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    const parts = expectParts(where, module.default);
    try {
      catalog = registerParts(parts, catalog);
    } catch (error) {
      throw new UsageError(`${where}: ${(error as Error).message}; give it another name`);
    }
  }
  return catalog;
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
