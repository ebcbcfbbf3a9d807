/**
 * Writes data sets with this package and has the official Python `PuzzleDataset` load them; every evaluation batch must
 * be equal, every training example known. Not part of `npm test`, since it needs Python:
 *
 *   node test/official-dataset.mjs CHECKOUT [PYTHON]
 *
 * CHECKOUT is a clone of github.com/sapientinc/HRM; PYTHON (default python3) has numpy and pydantic, with or without
 * PyTorch. Build the package first.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluationBatches } from '@hrm/data';
import { serializeNpy } from '@hrm/files';
import { buildMazeDataset, buildSudokuDataset, generateMazePuzzles, generateSudokuPuzzles } from '../dist/index.js';
import { writeDataset } from '@hrm/data/files';

const [checkout, python = 'python3'] = process.argv.slice(2);
if (!checkout) {
  console.error('Usage: node test/official-dataset.mjs CHECKOUT [PYTHON]');
  process.exit(2);
}

const sudokus = (size, count, seed) => generateSudokuPuzzles({ size, count, seed });
const mazes = (options, count, seed) => generateMazePuzzles({ ...options, count, seed });
const cases = {
  'sudoku-4x4': [buildSudokuDataset(sudokus(4, 50, 0)), buildSudokuDataset(sudokus(4, 33, 1))],
  'sudoku-9x9': [buildSudokuDataset(sudokus(9, 21, 0), { augmentations: 3 }), buildSudokuDataset(sudokus(9, 8, 1))],
  'maze-10x10': [
    buildMazeDataset(mazes({ width: 10 }, 20, 0), { dihedral: true }),
    buildMazeDataset(mazes({ width: 10 }, 9, 1)),
  ],
  'maze-9x5': [
    buildMazeDataset(mazes({ width: 9, height: 5 }, 20, 0)),
    buildMazeDataset(mazes({ width: 9, height: 5 }, 9, 1)),
  ],
};

const batchSize = 8;
const root = await mkdtemp(join(tmpdir(), 'hrm-official-'));
try {
  for (const [name, [train, test]] of Object.entries(cases)) {
    const dir = join(root, name);
    const expected = join(dir, 'expected');
    await mkdir(expected, { recursive: true });
    const save = (file, data, shape = [data.length]) =>
      writeFile(join(expected, `${file}.npy`), serializeNpy({ shape, data }));
    await save('batch_size', Int32Array.of(batchSize), []);
    for (const [split, dataset] of Object.entries({ train, test })) {
      await writeDataset(dir, split, dataset);
      let index = 0;
      for (const batch of evaluationBatches(dataset, { batchSize })) {
        const prefix = `${split}-${index++}`;
        await save(`${prefix}-inputs`, batch.inputs);
        await save(`${prefix}-labels`, batch.labels);
        await save(`${prefix}-puzzle_identifiers`, batch.puzzleIdentifiers);
        await save(`${prefix}-count`, Int32Array.of(batch.count), []);
      }
    }
    console.log(`\n${name}`);
    const script = fileURLToPath(new URL('official-dataset.py', import.meta.url));
    const { status, error } = spawnSync(python, [script, checkout, dir], { stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) throw new Error(`The official code does not load ${name} as this package does.`);
  }
  console.log('\nAll data sets load alike.');
} finally {
  await rm(root, { recursive: true, force: true });
}
