import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { FileFormatError, parseNpy, parseSafetensors, parseTorchCheckpoint } from '@hrm/files';
import { loadRunConfig } from '../../apps/reference-trainer/src/config/load-run-config';
import { readOfficialRun } from '../../apps/reference-trainer/src/official/official-run';
import { UsageError } from '../../apps/reference-trainer/src/command-line/usage-error';
import { readMazeCsv } from '../../packages/data-sudoku-maze/src/files/read-maze-csv';
import { readSudokuCsv } from '../../packages/data-sudoku-maze/src/files/read-sudoku-csv';
import { PuzzleFileError } from '../../packages/data-sudoku-maze/src/files/puzzle-file-error';
import { torchFile } from '../../packages/files/test/torch-file';
import type { FuzzedReader } from '../src/fuzz-reader';

const folder = mkdtempSync(join(tmpdir(), 'hrm-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'input');

/** Puts the bytes where a reader of files finds them. */
const asFile = (bytes: Buffer): string => (writeFileSync(path, bytes), path);

const storages = [new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer), new Uint8Array(6)];
const checkpoint = join(folder, 'step_1');
// An empty dict: what stands beside the config is not what is fuzzed.
writeFileSync(checkpoint, torchFile({ pickle: Uint8Array.of(0x80, 2, 0x7d, 0x2e) }));

/** Readers of bytes from strangers. `pickle` is the part of `torch` that a wrong CRC-32 would keep mutations away from. */
export const readers: readonly FuzzedReader[] = [
  { name: 'safetensors', refusals: [FileFormatError], read: (bytes) => parseSafetensors(bytes).tensors },
  { name: 'npy', refusals: [FileFormatError], read: (bytes) => parseNpy(bytes) },
  { name: 'torch', refusals: [FileFormatError], read: (bytes) => parseTorchCheckpoint(bytes) },
  {
    name: 'pickle',
    refusals: [FileFormatError],
    read: (bytes) => parseTorchCheckpoint(torchFile({ pickle: bytes, storages })),
  },
  {
    name: 'csv',
    refusals: [PuzzleFileError],
    read: async (bytes) => {
      const read: (path: string) => Promise<Iterable<unknown>> =
        (bytes[0] ?? 0) % 2 === 0 ? readMazeCsv : readSudokuCsv;
      return Array.from(await read(asFile(bytes.subarray(1))));
    },
  },
  {
    name: 'config',
    refusals: [UsageError],
    read: (bytes) =>
      (bytes[0] ?? 0) % 2 === 0
        ? loadRunConfig(asFile(bytes.subarray(1)))
        : readOfficialRun(checkpoint, asFile(bytes.subarray(1))).config,
  },
];
