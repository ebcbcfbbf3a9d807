import type { WeightsName } from '@hrm/weights';
import type { Puzzle } from '../puzzles/puzzle';

/** The name of the shipped model for a puzzle. */
export const shippedModel = ({ kind, width }: Puzzle): WeightsName =>
  kind === 'maze' ? 'maze' : (`sudoku-${width}x${width}` as WeightsName);
