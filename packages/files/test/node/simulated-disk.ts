import { posix } from 'node:path';
import type { FileSystem, FolderEntry, OpenFile } from '../../src/node/file-system';

interface SimulatedFile {
  readonly kind: 'file';
  content: Uint8Array;
  /** The content that is on disk: that of the last sync. */
  durable: Uint8Array;
}

interface SimulatedFolder {
  readonly kind: 'folder';
  entries: Map<string, SimulatedFile | SimulatedFolder>;
  /** The entries at the last sync, and after each change since. */
  history: Map<string, SimulatedFile | SimulatedFolder>[];
}

/** Picks a number from 0 to `limit` - 1. */
export type Pick = (limit: number) => number;

/** A small pseudorandom generator. */
export function picker(seed: number): Pick {
  let state = seed + 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** An empty folder that is on disk. */
const emptyFolder = (): SimulatedFolder => ({ kind: 'folder', entries: new Map(), history: [new Map()] });

/**
 * A disk in memory that simulates power failures. Files and folders that were not synced fall back to any state since
 * their last sync.
 */
export class SimulatedDisk implements FileSystem {
  readonly #root: SimulatedFolder;

  constructor(root = emptyFolder()) {
    this.#root = root;
  }

  /** An independent copy of the disk. */
  copy(): SimulatedDisk {
    return this.#rebuild(
      (history) => history.at(-1)!,
      (file) => file.content,
      true,
    );
  }

  /** The disk after a power failure now. `pick` chooses which unsynced changes were already on disk. */
  afterPowerFailure(pick: Pick): SimulatedDisk {
    return this.#rebuild(
      (history) => history[pick(history.length)]!,
      ({ content, durable }) => [durable, content, content.subarray(0, content.length >> 1)][pick(3)]!,
      false,
    );
  }

  #rebuild(
    entriesOf: (history: SimulatedFolder['history']) => SimulatedFolder['entries'],
    contentOf: (file: SimulatedFile) => Uint8Array,
    isExact: boolean,
  ): SimulatedDisk {
    const files = new Map<SimulatedFile, SimulatedFile>();
    const rebuild = (item: SimulatedFile | SimulatedFolder): SimulatedFile | SimulatedFolder => {
      if (item.kind === 'file') {
        const known = files.get(item);
        if (known !== undefined) return known;
        // Synced content cannot be lost.
        const content = (item.content === item.durable ? item.content : contentOf(item)).slice();
        const file: SimulatedFile = { kind: 'file', content, durable: content };
        if (isExact && item.content !== item.durable) file.durable = item.durable.slice();
        files.set(item, file);
        return file;
      }
      const rebuildAll = (entries: SimulatedFolder['entries']) =>
        new Map([...entries].map(([name, entry]) => [name, rebuild(entry)] as const));
      if (isExact) {
        const history = item.history.map(rebuildAll);
        return { kind: 'folder', entries: new Map(history.at(-1)!), history };
      }
      const entries = rebuildAll(entriesOf(item.history));
      return { kind: 'folder', entries, history: [new Map(entries)] };
    };
    return new SimulatedDisk(rebuild(this.#root) as SimulatedFolder);
  }

  async createFolder(path: string): Promise<void> {
    const { folder, name } = this.#parent(path);
    if (folder.entries.has(name)) throw failure('EEXIST', path);
    this.#change(folder, (entries) => entries.set(name, emptyFolder()));
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    return [...this.#folder(path).entries].map(([name, { kind }]) => ({ name, kind }));
  }

  async kindOf(path: string) {
    const { folder, name } = this.#parent(path);
    return folder.entries.get(name)?.kind;
  }

  async open(path: string, mode: Parameters<FileSystem['open']>[1]): Promise<OpenFile> {
    const { folder, name } = this.#parent(path);
    let file = folder.entries.get(name);
    if (mode === 'create') {
      if (file !== undefined) throw failure('EEXIST', path);
      const empty = new Uint8Array();
      file = { kind: 'file', content: empty, durable: empty };
      const made = file;
      this.#change(folder, (entries) => entries.set(name, made));
    }
    if (file === undefined) throw failure('ENOENT', path);
    if (file.kind === 'folder') throw failure('EISDIR', path);
    return openFile(file);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#parent(from);
    const target = this.#parent(to);
    const item = source.folder.entries.get(source.name);
    const old = target.folder.entries.get(target.name);
    if (item === undefined) throw failure('ENOENT', from);
    if (old?.kind === 'folder' && old.entries.size > 0) throw failure('ENOTEMPTY', to);
    if (source.folder === target.folder) {
      this.#change(target.folder, (entries) => {
        entries.delete(source.name);
        entries.set(target.name, item);
      });
      return;
    }
    // A power failure may undo the change of one of the two folders.
    this.#change(target.folder, (entries) => entries.set(target.name, item));
    this.#change(source.folder, (entries) => entries.delete(source.name));
  }

  async addName(from: string, to: string): Promise<void> {
    const source = this.#parent(from);
    const target = this.#parent(to);
    const item = source.folder.entries.get(source.name);
    if (item === undefined) throw failure('ENOENT', from);
    if (target.folder.entries.has(target.name)) throw failure('EEXIST', to);
    this.#change(target.folder, (entries) => entries.set(target.name, item));
  }

  async removeFile(path: string): Promise<void> {
    const { folder, name } = this.#parent(path);
    if (folder.entries.get(name)?.kind !== 'file') throw failure('ENOENT', path);
    this.#change(folder, (entries) => entries.delete(name));
  }

  async removeFolder(path: string): Promise<void> {
    const { folder, name } = this.#parent(path);
    if (this.#folder(path).entries.size > 0) throw failure('ENOTEMPTY', path);
    this.#change(folder, (entries) => entries.delete(name));
  }

  async syncFolder(path: string): Promise<void> {
    const folder = this.#folder(path);
    folder.history = [new Map(folder.entries)];
  }

  removeFileSync(): void {
    throw new Error('not simulated');
  }

  removeFolderSync(): void {
    throw new Error('not simulated');
  }

  #change(folder: SimulatedFolder, change: (entries: SimulatedFolder['entries']) => void): void {
    change(folder.entries);
    folder.history.push(new Map(folder.entries));
  }

  #folder(path: string): SimulatedFolder {
    let folder = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = folder.entries.get(name);
      if (next === undefined) throw failure('ENOENT', path);
      if (next.kind === 'file') throw failure('ENOTDIR', path);
      folder = next;
    }
    return folder;
  }

  #parent(path: string): { folder: SimulatedFolder; name: string } {
    return { folder: this.#folder(posix.dirname(path)), name: posix.basename(path) };
  }
}

function openFile(file: SimulatedFile): OpenFile {
  return {
    size: async () => file.content.length,
    names: async () => 1,
    read: async (buffer, position) => {
      const bytes = file.content.subarray(position, position + buffer.length);
      buffer.set(bytes);
      return bytes.length;
    },
    write: async (bytes, position) => {
      const content = new Uint8Array(Math.max(file.content.length, position + bytes.length));
      content.set(file.content);
      content.set(bytes, position);
      file.content = content;
      return bytes.length;
    },
    truncate: async (length) => {
      const content = new Uint8Array(length);
      content.set(file.content.subarray(0, length));
      file.content = content;
    },
    sync: async () => {
      file.durable = file.content;
    },
    close: async () => undefined,
  };
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
