import type { Application } from '@hrm/recursion';

/** What one application of f_L or f_H did. Cells are numbered row by row. */
export interface Thought {
  /** Counted from 1. */
  segment: number;
  application: Application;
  /** The confidence in each digit of each cell, read out of zH: `[cells * size]`. */
  confidence: Float32Array;
  /** How far the application moved its latent, relative to the latent's length. */
  residual: number;
  /** How far it moved the latent of each cell, relative to the cell that it moved most: `[cells]`, 0 to 1. */
  movement: Float32Array;
}

/** The state after a segment. */
export interface SegmentFigures {
  /** Counted from 1. */
  segment: number;
  /** The values that the halting controller computes, as probabilities from 0 to 1, such as `halt` and `continue`. */
  halting: Record<string, number>;
  /** Whether the controller would halt here. */
  halts: boolean;
  /** How far the whole segment moved each latent, relative to the latent's length. */
  residuals: { zL: number; zH: number };
  milliseconds: number;
}

/** A segment with everything that happened in it. */
export interface ThoughtSegment {
  figures: SegmentFigures;
  thoughts: Thought[];
}

/** A point of a path, in the plane of its two main directions. */
export type PathPoint = readonly [x: number, y: number];

/** The ways of both latents so far, from their start, one point for each application. */
export interface LatentPaths {
  zL: PathPoint[];
  zH: PathPoint[];
}
