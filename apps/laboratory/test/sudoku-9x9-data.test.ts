import { existsSync, readFileSync } from 'node:fs';
import { sudokuClass, parseSudoku } from '@hrm/data-sudoku-maze';
import { describe, expect, it } from 'vitest';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import { runInProcess } from './run-in-process';

useEmptyFolder('sudoku-9x9-data');

/** The puzzles of a text file of the app. */
const lines = (path: string) =>
  readFileSync(new URL(`../${path}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

describe('hrm-lab sudoku-9x9-data', () => {
  it('makes the puzzles of the run: the first of each part have the SHA-256 of those in its data set', async () => {
    const { status, stdout, stderr } = await runInProcess(['sudoku-9x9-data', '--first', '8', '--out', 'some', '--json']); // prettier-ignore
    expect(status, stderr).toBe(0);
    const sha256 = '25244d4299ec591d62986dc085b5ffcdfab3ad3f0e9dccb0b3acbf8177d8048c';
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ train: 8 * 20, test: 300, sha256 });
    expect(existsSync('some/train/all__inputs.npy')).toBe(true);
    expect(JSON.parse(readFileSync('some/task.json', 'utf8'))).toMatchObject({ kind: 'sudoku', size: 9 });
  });

  it('refuses a folder with puzzles before it makes any', async () => {
    const { status, stderr } = await runInProcess(['sudoku-9x9-data', '--out', 'some']);
    expect(status).toBe(2);
    expect(stderr).toContain('exists already');
  });

  it.each([
    ['extreme', 700, 100],
    ['17-clue', 4500, 500],
  ])('no puzzle of %s is both for training and held out, not even up to symmetry', (kind, training, held) => {
    const classes = (path: string) => lines(path).map((line) => sudokuClass(parseSudoku(line)));
    const forTraining = new Set(classes(`training-puzzles/sudoku-9x9/${kind}`));
    const heldOut = classes(`held-out/sudoku-9x9/${kind}`);
    expect([forTraining.size, heldOut.length]).toEqual([training, held]);
    expect(heldOut.filter((name) => forTraining.has(name))).toEqual([]);
  });
});
