import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { serializeNpy, parseTorchCheckpoint, serializeTorchCheckpoint } from '@hrm/files';
import { presets } from '../../apps/reference-trainer/src/config/presets/presets';
import { repository } from './soak-folder';

/** Files for mutations to begin with, by reader. */
export function fuzzSeeds(reader: string): Uint8Array[] {
  const text = (content: string) => new TextEncoder().encode(content);
  const testdata = (path: string) => readFileSync(join(repository, path));
  switch (reader) {
    case 'safetensors':
    case 'torch':
      return agreementCases(reader).filter((_, i) => i % 3 === 0);
    case 'pickle':
      return [...agreementCases('torch').flatMap(pickleOf), ...smallPickles()];
    case 'npy': {
      const types = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array];
      return types.flatMap((Type) => [
        serializeNpy({ shape: [2, 3], data: new Type(6) }),
        serializeNpy({ shape: [], data: new Type(1) }),
        serializeNpy({ shape: [0, 5, 1], data: new Type(0) }),
      ]);
    }
    case 'csv': {
      const header = 'source,question,answer,rating\n';
      const sudoku = testdata('packages/data-sudoku-maze/test/testdata/sudoku-extreme-40.csv').toString();
      return [
        `\0${header}me,S # ##  G,S #o##ooG,\n`,
        `\x01${header}me,1.....3..4.....2,1324423124133142,3\n`,
        `\x01${sudoku.split('\n').slice(0, 3).join('\n')}`,
        `\x01\ufeff${header}"a, ""b""",1.....3..4.....2,1324423124133142,-12\r\n`,
      ].map(text);
    }
    default: {
      const yaml = testdata('apps/reference-trainer/test/testdata/official-run/sudoku/all_config.yaml').toString();
      return [...Object.values(presets).map((preset) => text(`\0${JSON.stringify(preset)}`)), text(`\x01${yaml}`)];
    }
  }
}

/** The files on which we and Python were compared. */
function agreementCases(kind: string): Uint8Array[] {
  const path = join(repository, 'packages/files/test/testdata/agreement/cases.jsonl.gz');
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  const cases = lines.map((line) => JSON.parse(line) as { kind: string; bytes: string });
  return cases.filter((item) => item.kind === kind).map(({ bytes }) => Buffer.from(bytes, 'base64'));
}

/** The pickle in a checkpoint, where it lies there as it is. */
function pickleOf(file: Uint8Array): Uint8Array[] {
  try {
    parseTorchCheckpoint(file);
  } catch {
    return [];
  }
  const start = Buffer.from(file).indexOf(Uint8Array.of(0x80, 2));
  const end = Buffer.from(file).indexOf('PK', start);
  return start < 0 || end < 0 ? [] : [file.subarray(start, end)];
}

function smallPickles(): Uint8Array[] {
  const tensor = { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) } as const;
  return pickleOf(serializeTorchCheckpoint(new Map([['a', tensor]])));
}

/** Writes the seeds where Jazzer.js reads them and puts what it finds. */
export function writeSeeds(reader: string, folder: string): number {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) {
    fuzzSeeds(reader).forEach((bytes, i) => writeFileSync(join(folder, `seed-${i}`), bytes));
  }
  return readdirSync(folder).length;
}
