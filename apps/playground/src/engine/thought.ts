import type { ChosenBy } from '@hrm/act';
import type { Application } from '@hrm/recursion';

/** What one application of f_L or f_H did in one try. Cells are numbered row by row. */
export interface Thought {
  /** Counted from 1. */
  segment: number;
  application: Application;
  /** The latent that it moved. */
  latent: 'zL' | 'zH';
  /** The confidence in each value of each cell, read out of zH: `[cells * values]`. */
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
  milliseconds: number;
}

/** A segment of one try, with everything that happened in it. */
export interface ThoughtSegment {
  figures: SegmentFigures;
  thoughts: Thought[];
  /** The question with the cells that a search has filled in; undefined unless it is a search. */
  filled: Uint8Array | undefined;
}

/** The same segment of several tries: the index of each try that goes on, and its segment. */
export type TriedSegment = readonly (readonly [attempt: number, segment: ThoughtSegment])[];

/** How one try ended. */
export interface TriedAttempt {
  segments: number;
  /** Whether the rules accept its answer; undefined if nothing was verified. */
  verified: boolean | undefined;
  /** Whether it was stopped because another one was verified. */
  stopped: boolean;
  /** The halting value after its last segment, as a probability; undefined if the controller has none. */
  halt: number | undefined;
  /** Tries that gave the same answer, with this one. */
  votes: number;
  /** Guesses of a search, and conflicts at which one was taken back. */
  guesses?: number;
  turnedBack?: number;
}

/** Which try was chosen, and why. */
export interface Choice {
  attempt: number;
  chosenBy: ChosenBy;
  attempts: readonly TriedAttempt[];
  /** Segments of all tries together. */
  modelCalls: number;
}

/** A point of a path, in the plane of its two main directions. */
export type PathPoint = readonly [x: number, y: number];

/** The ways of both latents so far, from their start, one point for each application. */
export interface LatentPaths {
  zL: PathPoint[];
  zH: PathPoint[];
}
