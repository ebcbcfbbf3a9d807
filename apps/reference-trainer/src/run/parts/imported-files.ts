import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { readRegularFile } from '../../files/read-regular-file';
import { UsageError } from '../../command-line/usage-error';
import type { ImportedFile } from './allowed-imports';

/** The largest module, and the most files that a config may import. */
const MAX_BYTES = 16 * 2 ** 20;
const MAX_FILES = 1000;

/**
 * Finds the modules that an import of `paths` would execute, with their present content: first `paths` in their order,
 * then all files that these import by a path, directly or indirectly. Packages and computed imports are not among them.
 *
 * @throws UsageError if one of `paths` is missing, or any module is not a regular file, too large, or imports a name that
 *   begins with `#`, whose file its `package.json` can change.
 */
export async function importedFiles(paths: readonly string[]): Promise<readonly ImportedFile[]> {
  await init;
  const files: ImportedFile[] = [];
  const known = new Set<string>();
  let next = paths.map((path) => {
    if (existsSync(path)) return realpathSync(path);
    throw new UsageError(`${path}: there is no such file; paths in a config are relative to the config's own folder`);
  });
  while (next.length > 0) {
    const found: string[] = [];
    for (const path of next) {
      known.add(path);
      const content = readRegularFile(path, { maxBytes: MAX_BYTES });
      files.push({ path, sha256: createHash('sha256').update(content).digest('hex') });
      if (files.length > MAX_FILES) throw new UsageError(`${path} and others import more than ${MAX_FILES} files`);
      found.push(...filesImportedBy(path, content.toString('utf8')));
    }
    next = [...new Set(found)].filter((path) => !known.has(path));
  }
  return files;
}

/** A call such as `require('./other.cjs')`, by which CommonJS imports a file or a folder. */
const REQUIRE = /\brequire\s*\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`$]*)`)/g;

/** Whether a module is named by a path. */
const isPath = (specifier: string | undefined): specifier is string =>
  specifier !== undefined && /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);

/** The files that a module imports by a path. One with a syntax error has none: it fails later, when it is imported. */
function filesImportedBy(path: string, source: string): string[] {
  let specifiers: (string | undefined)[];
  try {
    specifiers = parse(source)[0].map(({ n }) => n);
  } catch {
    return [];
  }
  const mapped = specifiers.find((specifier) => specifier?.startsWith('#'));
  if (mapped !== undefined) {
    throw new UsageError(
      `${path} imports ${JSON.stringify(mapped)}, which a package.json leads to a file; import it by its path`,
    );
  }
  const required = [...source.matchAll(REQUIRE)].map(([, ...quoted]) => quoted.find((text) => text !== undefined));
  const { resolve } = createRequire(path);
  return [
    ...specifiers.filter(isPath).map((specifier) => () => fileURLToPath(new URL(specifier, pathToFileURL(path)))),
    ...required.filter(isPath).map((specifier) => () => resolve(specifier)),
  ].flatMap((find) => {
    try {
      const file = find();
      return existsSync(file) ? [realpathSync(file)] : [];
    } catch {
      return [];
    }
  });
}
