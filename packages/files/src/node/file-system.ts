import { constants, type Dirent, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { platform } from 'node:process';
import { openRegular } from './regular-file';

/** How a file is opened: to read it, to create it (which fails where the name is taken), or to change it in place. */
export type OpenMode = 'read' | 'create' | 'update';

/** What a name belongs to. A symbolic link is a `link`, whatever it leads to. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** An open file. Positions count bytes from its start. */
export interface OpenFile {
  size(): Promise<number>;
  /** The number of names (hard links) of the file. All of them show the same content. */
  names(): Promise<number>;
  /**
   * Reads into `buffer` from `position` on. Returns the number of bytes, which may be less than its length; 0 at the
   * end.
   */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes at `position`. Returns the number of bytes written, which may be less than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Returns when the content is on disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The calls of the file system that checkpoints, locks and logs use. Tests replace them to make each call fail in turn.
 * Errors have a `code`, as those of Node.
 */
export interface FileSystem {
  /** Creates a folder. Its parent must exist. Fails with EEXIST where the name is taken. */
  createFolder(path: string): Promise<void>;
  list(path: string): Promise<readonly FolderEntry[]>;
  /** What the path itself belongs to, without following a symbolic link; `undefined` if nothing. */
  kindOf(path: string): Promise<EntryKind | undefined>;
  /**
   * Opens a regular file. A folder, pipe or device fails at once with EISDIR, and a symbolic link with ELOOP.
   */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Moves a file or folder in one step. Replaces a file of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name (a hard link). Fails with EEXIST where the name is taken. */
  addName(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>;
  /** Returns when the folder's entries are on disk. */
  syncFolder(path: string): Promise<void>;
  /** For the end of the process, where nothing can be awaited. */
  removeFileSync(path: string): void;
  /** For the end of the process, where nothing can be awaited. */
  removeFolderSync(path: string): void;
}

// Without O_NONBLOCK, opening a pipe without a writer never returns. Windows has neither flag.
const withoutLinksOrWaiting = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const flags = {
  read: constants.O_RDONLY | withoutLinksOrWaiting,
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  update: constants.O_RDWR | withoutLinksOrWaiting,
} as const;

const kindOfEntry = (entry: Dirent | Stats): EntryKind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other';

/** The machine's {@link FileSystem}, through Node. */
export const nodeFileSystem: FileSystem = {
  createFolder: async (path) => void (await mkdir(path)),
  list: async (path) => {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) }));
  },
  kindOf: async (path) => {
    try {
      return kindOfEntry(await lstat(path));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
      throw error;
    }
  },
  open: async (path, mode) => openFile(await openRegular(path, flags[mode])),
  rename,
  addName: link,
  removeFile: unlink,
  removeFolder: rmdir,
  syncFolder: async (path) => {
    // Windows opens no folders, and makes renames durable by itself.
    if (platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  removeFileSync: unlinkSync,
  removeFolderSync: rmdirSync,
};

/** Wraps an open file of Node as an {@link OpenFile}. */
export function openFile(handle: FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    names: async () => (await handle.stat()).nlink,
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.byteLength, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.byteLength, position)).bytesWritten,
    truncate: (length) => handle.truncate(length),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/**
 * The `code` of an error of the file system, such as `'ENOENT'`; `undefined` for any other error.
 *
 * @example
 * ```ts
 * import { errorCode, nodeFileSystem } from '@hrm/files/node';
 *
 * await nodeFileSystem.list('no-such-folder').catch((error) => console.log(errorCode(error))); // ENOENT
 * ```
 */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
