import { expect, it } from 'vitest';
import { looksLikeMaze, mazeSizeOf } from '../src/solve/maze-size';

const rows = ['S # ', ' #  ', '    ', '  #G', '    '];

it.each([
  ['rows', rows.join('\n'), { width: 4, height: 5 }],
  ['rows with Windows line ends', `${rows.join('\r\n')}\r\n`, { width: 4, height: 5 }],
  ['a row of spaces is a row', ['    ', ...rows].join('\n'), { width: 4, height: 6 }],
  ['several mazes, an empty line between', [...rows, '', ...rows].join('\n'), { width: 4, height: 5 }],
  ['several mazes without one', [...rows, ...rows, ...rows].join('\n'), { width: 4, height: 5 }],
  ['S and G in one row of four', 'S  G\n    \n####', { width: 4, height: 3 }],
  ['one square maze on a line', 'S # ##  G', { width: 3, height: 3 }],
  ['square mazes on lines', 'S # ##  G\n\nG # ##  S\n', { width: 3, height: 3 }],
  ['rows of which one is too short', 'S   \n ##\n   G', { width: 4, height: 3 }],
  ['a square without a goal', 'S # ##   ', { width: 3, height: 3 }],
  ['a line that is no square', 'S #  G', undefined],
  ['nothing', '\n\n', undefined],
])('finds the size of %s', (_name, text, size) => {
  expect(mazeSizeOf(text)).toEqual(size);
});

it('distinguishes mazes, also with mistakes, from other puzzles', () => {
  expect(['S # ##  G', 'S # x#  G', '#####\nS   G', 'S....\n###..\n....G'].map(looksLikeMaze)).toEqual([true, true, true, true]); // prettier-ignore
  expect(['1... ..3. .4.. ...2', '# easy\n1.....3..4.....2', '', 'hello'].map(looksLikeMaze)).toEqual([false, false, false, false]); // prettier-ignore
});
