import type { WeightsName } from '@hrm/weights';

/** The name of the shipped model for a size of Sudoku. */
export const shippedModel = (size: number): WeightsName => `sudoku-${size}x${size}` as WeightsName;
