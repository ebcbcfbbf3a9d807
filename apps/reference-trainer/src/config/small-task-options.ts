import { z } from 'zod';
import { section } from './section';

const from = (least: number, most: number) => z.int().min(least).max(most).optional();

/** The options of the tasks of `@hrm/data-small-tasks`, by kind. */
export const smallTaskOptions = {
  addition: section({
    kind: z.literal('addition').describe('Addition of two numbers'),
    digits: from(1, 15).describe('Digits of each number. Default 4'),
  }),
  sorting: section({
    kind: z.literal('sorting').describe('Numbers to sort'),
    length: from(2, 100).describe('How many numbers. Default 8'),
    values: from(2, 36).describe('The numbers are 0 to values - 1. Default 10'),
  }),
  parity: section({
    kind: z.literal('parity').describe('Running parity of bits'),
    length: from(1, 1000).describe('How many bits. Default 20'),
  }),
  dyck: section({
    kind: z.literal('dyck').describe('Brackets to close'),
    pairs: from(1, 200).describe('Pairs of brackets. Default 8'),
    kinds: from(2, 4).describe('Kinds of brackets. Default 3'),
  }),
  countdown: section({
    kind: z.literal('countdown').describe('Countdown arithmetic: an expression with a given value'),
    numbers: from(2, 6).describe('How many numbers, each from 1 to 9. Default 4'),
  }),
  queens: section({
    kind: z.literal('queens').describe('N queens, some squares given'),
    size: from(4, 12).describe('Rows and columns of the board. Default 8'),
  }),
  coloring: section({
    kind: z.literal('coloring').describe('Graph colouring, some colours given'),
    vertices: from(3, 12).describe('Vertices of the graph. Default 8'),
    colors: from(2, 6).describe('Colours. Default 3'),
    degree: from(1, 11).describe('Edges of a vertex, on average. Default 3'),
  }),
  life: section({
    kind: z.literal('life').describe('Game of Life backwards: the board one step before'),
    size: from(3, 6).describe('Rows and columns of the board. Default 5'),
  }),
};
