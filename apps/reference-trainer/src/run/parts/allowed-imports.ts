import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../command-line/usage-error';

/** A module that a run imports. */
export interface ImportedFile {
  /** Absolute, symbolic links followed. */
  readonly path: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

const allowedFiles = z.object({
  format: z.literal(1),
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
});

/** The largest list, in bytes. */
const MAX_BYTES = 1 << 20;

/**
 * The user's list of modules that may be executed: in `$XDG_CONFIG_HOME`, `~/.config` or, on Windows, `%APPDATA%`.
 *
 * @throws UsageError for a user without a home folder, such as a number in a container.
 */
export function allowedImportsPath(env: NodeJS.ProcessEnv = process.env): string {
  const configs =
    env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(env.HOME || homeOfUser(), '.config');
  return join(configs, 'hrm', 'allowed-imports.json');
}

function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    const message = 'imports: this user has no home folder, where permissions are kept';
    throw new UsageError(`${message}; set XDG_CONFIG_HOME to a folder that only you can write`);
  }
}

/** Whether only this user or root can have written the file. */
function isPrivate(path: string): boolean {
  const { mode, uid } = lstatSync(path);
  const own = process.getuid?.();
  return own === undefined || ((uid === own || uid === 0) && (mode & 0o022) === 0);
}

/**
 * The modules that this user has allowed. A list that others could have written, or that cannot be read, counts as
 * empty.
 */
export function readAllowedImports(path = allowedImportsPath()): readonly ImportedFile[] {
  try {
    const facts = lstatSync(path);
    if (!facts.isFile() || facts.size > MAX_BYTES || !isPrivate(path) || !isPrivate(dirname(path))) return [];
    const list = allowedFiles.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return list.success ? list.data.files : [];
  } catch {
    return [];
  }
}

const isSame = (a: ImportedFile, b: ImportedFile) => a.path === b.path && a.sha256 === b.sha256;

/** Whether the list allows a module: its path and its content must be the same. */
export const isAllowed = (file: ImportedFile, allowed: readonly ImportedFile[]): boolean =>
  allowed.some((other) => isSame(other, file));

/**
 * Saves that this user allows these modules with their present content. They replace earlier entries of the same paths.
 *
 * @throws Error of the file system.
 */
export function rememberAllowedImports(files: readonly ImportedFile[], path = allowedImportsPath()): void {
  const allowed = readAllowedImports(path);
  if (files.every((file) => isAllowed(file, allowed))) return;
  const paths = new Set(files.map((file) => file.path));
  const kept = allowed.filter((file) => !paths.has(file.path) && existsSync(file.path));
  const list: z.infer<typeof allowedFiles> = { format: 1, files: [...kept, ...files] };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(list, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
