import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { beforeAll, expect, test } from 'vitest';
import { dir, fileOf } from './temporary-files';
import { testLines } from './testdata';

const FILE_BYTES = 6 * 2 ** 20;
const HEADER = 'source,question,answer,rating';

beforeAll(async () => {
  const entry = [fileURLToPath(new URL('reading-program.ts', import.meta.url))];
  const outExtension = () => ({ js: '.mjs' });
  await build({
    ...{ entry, outDir: dir, format: 'esm', outExtension, config: false, silent: true, noExternal: [/./] },
    // The packages' sources, as in every test, whether they are built or not.
    esbuildOptions: (options) => {
      options.alias = Object.fromEntries(
        ['data', 'files'].map((name) => [`@hrm/${name}`, fileURLToPath(new URL(`../../${name}/src`, import.meta.url))]),
      );
    },
  });
});

// Small puzzles are the hard case: what each costs beside its cells counts most. So do sources that all differ.
const sudoku = '1.....3..4.....2,1324423124133142';
test.each([
  ['4x4 Sudokus', 'readSudokuCsv', {}, (row: number) => `me,${sudoku},${row}`],
  ['4x4 Sudokus from as many sources', 'readSudokuCsv', {}, (row: number) => `book ${row},${sudoku},`],
  ['9x9 Sudokus', 'readSudokuCsv', {}, (row: number) => testLines('sudoku-extreme-40.csv')[1 + (row % 40)]!],
  ['2x2 mazes', 'readMazeCsv', {}, () => ',SG##,SG##,'],
  ['mazes of one cell', 'readMazeCsv', { verify: 'format' }, () => ',#,#,'],
  ['lines of 4x4 Sudokus', 'readPuzzleLines', {}, () => '1.....3..4.....2'],
] as const)('reading many %s takes at most twice the file and 64 MiB', async (_name, reader, options, rowOf) => {
  const rows: string[] = reader === 'readPuzzleLines' ? [] : [HEADER];
  const headers = rows.length;
  for (let bytes = 0; bytes < FILE_BYTES; bytes += rows.at(-1)!.length + 1) rows.push(rowOf(rows.length));
  const path = await fileOf(`${rows.join('\n')}\n`);
  // Of short-lived objects V8 lets 48 MiB lie by default, whatever a program keeps; here no more than 3.
  const program = ['--max-semi-space-size=1', join(dir, 'reading-program.mjs')];
  const output = execFileSync(process.execPath, [...program, reader, path, JSON.stringify(options)]);
  const { length, growth } = JSON.parse(output.toString()) as { length: number; growth: number };
  expect(length).toBe(rows.length - headers);
  expect(growth).toBeGreaterThan(0);
  expect(growth).toBeLessThan(2 * (await stat(path)).size + 64 * 2 ** 20);
});
