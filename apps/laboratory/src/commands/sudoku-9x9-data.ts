import { buildSudokuDataset } from '@hrm/data-sudoku-maze';
import {
  count,
  defineCommand,
  expectNoPuzzles,
  finishBeforeStopping,
  jsonOption,
  puzzlesOutOption,
  Terminal,
  writeNewPuzzles,
} from '@hrm/cli/internal';
import { z } from 'zod';
import { digestOfPuzzles, sudoku9x9Puzzles, TRAINING_DIGEST } from '../weights/sudoku-9x9-puzzles';

/** Options of `hrm-lab sudoku-9x9-data`. */
const dataOptions = z.strictObject({
  first: count('Make only so many of each part, for a trial').optional(),
  out: puzzlesOutOption,
  json: jsonOption,
});

/** Runs `hrm-lab sudoku-9x9-data`. */
async function sudoku9x9Data({ first, out, json }: z.infer<typeof dataOptions>): Promise<void> {
  const terminal = new Terminal(json);
  expectNoPuzzles(out);
  if (first === undefined) terminal.say('Making 51,600 puzzles, which takes ten minutes.');
  const { train, test } = await sudoku9x9Puzzles(first === undefined ? {} : { first });
  const sha256 = digestOfPuzzles(train);
  if (first === undefined && sha256 !== TRAINING_DIGEST) {
    throw new Error(`The puzzles have the SHA-256 ${sha256}, expected ${TRAINING_DIGEST}: the generators have changed`);
  }
  const puzzles = { train: buildSudokuDataset(train), test: buildSudokuDataset(test) };
  await finishBeforeStopping(() => writeNewPuzzles(out, puzzles, { kind: 'sudoku', size: 9 }));
  terminal.say(`${train.length} training puzzles and ${test.length} held-out puzzles in ${out}; SHA-256 ${sha256}.`);
  terminal.result({ out, train: train.length, test: test.length, sha256 });
}

export const sudoku9x9DataCommand = defineCommand({
  name: 'sudoku-9x9-data',
  summary: 'Make the puzzles that the shipped model sudoku-9x9 was trained on, each the same',
  options: dataOptions,
  examples: ['hrm-lab sudoku-9x9-data --out data/sudoku-9x9'],
  notes: `The training puzzles are checked by their SHA-256. \`hrm train sudoku-9x9-candidates --data data/sudoku-9x9 --out runs/9x9\`
trains on them. None of the puzzles in apps/laboratory/held-out is among them, not even up to symmetry.`,
  run: sudoku9x9Data,
});
