import * as tf from '@tensorflow/tfjs-core';
import { describeValue, expectOptions } from '@hrm/layers/internal';
import { admitPuzzles, initialCarry, type Carry } from '../segment/carry';
import { expectPuzzleIdentifiers, expectTokens } from '../segment/expect-puzzles';
import { IGNORED_LABEL } from '@hrm/data';
import { puzzleTensors } from '../segment/puzzle-tensors';
import type { ReasoningNetwork } from '../segment/reasoning-network';

/** A puzzle to solve: its tokens, `[seqLen]`, or its tokens and identifier. */
export type Puzzle = ArrayLike<number> | PuzzleWithIdentifier;

/** A puzzle's tokens and its identifier. */
export interface PuzzleWithIdentifier {
  /** Tokens, `[seqLen]`. */
  inputs: ArrayLike<number>;
  /** Index of the puzzle's embedding. Default 0, the blank one. */
  puzzleIdentifier?: number;
}

/**
 * Checks that a network can take a puzzle, and fills in the default identifier.
 *
 * @param owner named in the error.
 * @throws TypeError for a value that is not a puzzle.
 * @throws RangeError for a puzzle that the network cannot take.
 */
export function expectPuzzle(owner: string, puzzle: Puzzle, network: ReasoningNetwork): Required<PuzzleWithIdentifier> {
  const isWithIdentifier = typeof puzzle === 'object' && puzzle !== null && 'inputs' in puzzle;
  if (isWithIdentifier) expectOptions(`${owner}: the puzzle`, puzzle, ['inputs', 'puzzleIdentifier']);
  const { inputs, puzzleIdentifier = 0 } = isWithIdentifier ? puzzle : { inputs: puzzle };
  const isList = typeof inputs === 'object' && inputs !== null && typeof inputs.length === 'number';
  if (!isList) {
    throw new TypeError(`${owner}: the puzzle is ${describeValue(puzzle)}, expected a list of its tokens`);
  }
  expectTokens(owner, inputs, network);
  expectPuzzleIdentifiers(owner, [puzzleIdentifier], network);
  return { inputs, puzzleIdentifier };
}

/** The carry before the first segment, padded to `rows` with copies of the first puzzle. */
export function carryOf(
  network: ReasoningNetwork,
  puzzles: readonly Required<PuzzleWithIdentifier>[],
  rows: number,
): Carry {
  const { seqLen } = network;
  const inputs = new Int32Array(rows * seqLen);
  const puzzleIdentifiers = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const puzzle = puzzles[row] ?? puzzles[0]!;
    inputs.set(puzzle.inputs, row * seqLen);
    puzzleIdentifiers[row] = puzzle.puzzleIdentifier;
  }
  const labels = new Int32Array(rows * seqLen).fill(IGNORED_LABEL);
  return tf.tidy(() => {
    const offered = puzzleTensors({ inputs, labels, puzzleIdentifiers, batchSize: rows, seqLen });
    return admitPuzzles(network, initialCarry(network, rows), offered);
  });
}
