import { smallTaskOptions as ranges } from '@hrm/data-small-tasks';
import { z } from 'zod';
import { section } from './section';

/** An option of a task, with the range and the default that the task has. */
const option = ([least, most, usual]: readonly [number, number, number], description: string) =>
  z.int().min(least).max(most).optional().describe(`${description}. Default ${usual}`);

/** The options of the tasks of `@hrm/data-small-tasks`, by kind. */
export const smallTaskOptions = {
  addition: section({
    kind: z.literal('addition').describe('Addition of two numbers'),
    digits: option(ranges.addition.digits, 'Digits of each number'),
  }),
  sorting: section({
    kind: z.literal('sorting').describe('Numbers to sort'),
    length: option(ranges.sorting.length, 'How many numbers'),
    values: option(ranges.sorting.values, 'The numbers are 0 to values - 1'),
  }),
  parity: section({
    kind: z.literal('parity').describe('Running parity of bits'),
    length: option(ranges.parity.length, 'How many bits'),
  }),
  dyck: section({
    kind: z.literal('dyck').describe('Brackets to close'),
    pairs: option(ranges.dyck.pairs, 'Pairs of brackets'),
    kinds: option(ranges.dyck.kinds, 'Kinds of brackets'),
  }),
  countdown: section({
    kind: z.literal('countdown').describe('Countdown arithmetic: an expression with a given value'),
    numbers: option(ranges.countdown.numbers, 'How many numbers, each from 1 to 9'),
  }),
  queens: section({
    kind: z.literal('queens').describe('N queens, some squares given'),
    size: option(ranges.queens.size, 'Rows and columns of the board'),
  }),
  coloring: section({
    kind: z.literal('coloring').describe('Graph colouring, some colours given'),
    vertices: option(ranges.coloring.vertices, 'Vertices of the graph'),
    colors: option(ranges.coloring.colors, 'Colours'),
    degree: option(ranges.coloring.degree, 'Edges of a vertex, on average'),
  }),
  life: section({
    kind: z.literal('life').describe('Game of Life backwards: the board one step before'),
    size: option(ranges.life.size, 'Rows and columns of the board'),
  }),
};
