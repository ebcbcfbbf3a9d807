import { constants, type Dirent, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { platform } from 'node:process';
import { openRegular } from './regular-file';

/** How a file is opened: to be read; to be made new, which fails where one exists; or to be changed in place. */
export type OpenMode = 'read' | 'create' | 'update';

/** What stands under a name: a symbolic link is a link, whatever it leads to. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** What stands in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** An open file. Positions count bytes from its start. */
export interface OpenFile {
  size(): Promise<number>;
  /** Under how many names the file is known (hard links): what is written shows under each of them. */
  names(): Promise<number>;
  /** Reads into `buffer` from `position` on and returns how many bytes: fewer than asked for, perhaps; 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes at `position` and returns how many bytes went through: fewer than given, perhaps. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Returns when the content is on the disk itself. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few calls through which checkpoints, locks and logs reach the disk. Tests put their own in place, to let each call
 * fail in turn; errors carry a `code` as Node's do.
 */
export interface FileSystem {
  /** Makes a folder in one that exists; fails with EEXIST where there is one. */
  createFolder(path: string): Promise<void>;
  list(path: string): Promise<readonly FolderEntry[]>;
  /** What stands at the path itself, without following a symbolic link; `undefined` where nothing does. */
  kindOf(path: string): Promise<EntryKind | undefined>;
  /**
   * Opens a file, and nothing else: a folder, pipe or device fails with EISDIR, and is not waited for; a path that is itself a
   * symbolic link with ELOOP.
   */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Moves a file or folder at once; a file there is replaced. */
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; fails with EEXIST where there is something of that name. */
  addName(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>;
  /** Returns when the folder's entries are on the disk itself. */
  syncFolder(path: string): Promise<void>;
  /** For when the process ends, and nothing can be awaited. */
  removeFileSync(path: string): void;
  /** For when the process ends, and nothing can be awaited. */
  removeFolderSync(path: string): void;
}

// A pipe that nobody writes to would else be waited for without end. Windows knows no such flags.
const withoutLinksOrWaiting = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const flags = {
  read: constants.O_RDONLY | withoutLinksOrWaiting,
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  update: constants.O_RDWR | withoutLinksOrWaiting,
} as const;

const kindOfEntry = (entry: Dirent | Stats): EntryKind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other';

/** The file system of the machine, through Node. */
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
    // Windows opens no folders, and makes renames last by itself.
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

/** An open file of Node as one of a {@link FileSystem}. */
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

/** The `code` of an error of the file system: `'ENOENT'`, `'ENOSPC'`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
