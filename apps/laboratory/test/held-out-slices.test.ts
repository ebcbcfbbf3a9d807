import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mazeTask } from '@hrm/data-sudoku-maze';
import { expect, it } from 'vitest';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { readSlices } from '../src/weights/held-out-slices';
import { figuresOfCard } from '../src/weights/weights-card-page';

const folder = sharedTemporaryFolder();

it('reads held-out mazes of several sizes, with the path of the data as answer', () => {
  // The spaces at the end are cells.
  writeFileSync(join(folder, '3x3.txt'), 'S # ##  G\nG #S     \n');
  writeFileSync(join(folder, '4x4.txt'), 'S              G\n');
  const [small, large] = readSlices(folder, { kind: 'maze', width: 8, height: 8 }, ({ width, height }) =>
    mazeTask({ width: Number(width), height: Number(height) }),
  );
  expect(small).toMatchObject({ name: '3x3', task: { width: 3, height: 3 } });
  expect(small!.questions.map(({ length }) => length)).toEqual([9, 9]);
  const decode = (tokens: ArrayLike<number>) => mazeTask({ width: 3, height: 3 }).decode(tokens);
  expect(small!.answers!.map(decode)).toEqual(['S #o##ooG', 'G #S     ']);
  expect(large).toMatchObject({ name: '4x4', task: { width: 4, height: 4 } });
});

it('distinguishes exact and valid answers on the card', () => {
  const figure = { puzzles: '3x3', count: 4, segments: 8, halted: { solved: 2, segments: 8 } };
  const card = { solves: '', task: { kind: 'maze' }, parameters: 1, precision: 'float32', bytes: 1, sha256: '', step: 1, steps: 1, seed: 0 } as const; // prettier-ignore
  const page = figuresOfCard({ ...card, figures: [{ ...figure, solved: [3], exact: [1] }] });
  expect(page).toContain('| puzzles | count | segments | exact | valid |');
  expect(page).toContain('| 3x3 | 4 | 8 | 25% | 75% | 50% in 8 |');
});
