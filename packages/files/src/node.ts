/**
 * Files on disk: writes that finish or change nothing, and reads within limits. Node only. The main entry has the
 * formats.
 */
export { createFile } from './node/create-file';
export { createEventFile, type EventFile, type EventFileOptions } from './node/event-file';
export { ensureFolder, ensureOwnFolder, writeFully, writeNewFile } from './node/durable-files';
export {
  errorCode,
  nodeFileSystem,
  type EntryKind,
  type FileSystem,
  type FolderEntry,
  type OpenFile,
  type OpenMode,
} from './node/file-system';
export { nodeProcessTable, type ProcessIdentity, type ProcessTable } from './node/process-identity';
export { readRegularFile, readWholeFile, unreadable, verifyFile, type FileFacts } from './node/read-whole-file';
export { openRegularFile, readRegularFileSync, type ReadOptions } from './node/regular-file';
export { replaceFile } from './node/replace-file';
export { replaceFolder, type FolderReplacement } from './node/replace-folder';
export { expectReplaceableFolder, wholeFolder, writeFolder, type FolderContents } from './node/write-folder';
export { temporaryPath, writeWhole, type WholeWrite } from './node/write-whole';
