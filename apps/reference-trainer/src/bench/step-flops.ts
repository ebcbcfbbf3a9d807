import type { Precision } from '@hrm/layers';
import { swigluInnerSize } from '@hrm/layers/internal';

/** Sizes that determine the computation of a step of HRM with attention. */
export interface BenchSizes {
  hidden: number;
  /** Blocks in each of f_H and f_L. */
  layers: number;
  heads: number;
  batch: number;
  tokens: number;
  /** Segments in an evaluation. */
  segments: number;
  /** Numbers that products are computed in. Default `'float32'`. */
  precision?: Precision;
  /** Refinements of z_H in a segment. Default 2, as in the official code. */
  hCycles?: number;
  /** Refinements of z_L for each of them. Default 2. */
  lCycles?: number;
}

/** Floating-point operations of the matrix products in one application of f_L or f_H. */
function applicationFlops({ hidden, layers, batch, tokens }: BenchSizes): number {
  // One more position for the puzzle embedding.
  const positions = tokens + 1;
  const rows = batch * positions;
  const inner = swigluInnerSize(hidden, 4);
  const projections = 2 * rows * hidden * (3 * hidden + hidden);
  const attention = 2 * 2 * batch * positions * positions * hidden;
  const feedForward = 2 * rows * hidden * (2 * inner) + 2 * rows * inner * hidden;
  return layers * (projections + attention + feedForward);
}

/** Applications in one segment's forward pass: f_L for each L-cycle, f_H for each H-cycle. */
const applications = ({ hCycles = 2, lCycles = 2 }: BenchSizes) => hCycles * lCycles + hCycles;

/** The same for the forward pass of one segment. */
const forwardFlops = (sizes: BenchSizes): number => applications(sizes) * applicationFlops(sizes);

/**
 * The same for a training step: the segment, the backward pass through its last f_L and f_H (twice their forward pass),
 * and the forward pass of the next segment.
 */
export const trainingFlops = (sizes: BenchSizes): number => 2 * forwardFlops(sizes) + 2 * 2 * applicationFlops(sizes);

/** The same for an evaluation of one batch. */
export const evaluationFlops = (sizes: BenchSizes): number => sizes.segments * forwardFlops(sizes);

/** The products with most of a step's operations: gate and up; down; queries, keys and values; the first one's weight gradient. */
export function mainProducts({ batch, tokens, hidden }: BenchSizes): { m: number; k: number; n: number }[] {
  const rows = batch * (tokens + 1);
  const inner = swigluInnerSize(hidden, 4);
  return [
    { m: rows, k: hidden, n: 2 * inner },
    { m: rows, k: inner, n: hidden },
    { m: rows, k: hidden, n: 3 * hidden },
    { m: hidden, k: rows, n: 2 * inner },
  ];
}
