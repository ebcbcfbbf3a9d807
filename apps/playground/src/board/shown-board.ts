import type { Verdict } from '@hrm/data';
import type { Thought } from '../engine/thought';
import { strayCells } from '../puzzles/maze-cells';
import { answerOf, conflictingCells, type Puzzle, verify } from '../puzzles/puzzle';

/** What the board shows. */
export interface ShownBoard {
  puzzle: Puzzle;
  /** The question with the cells that a search has filled in; undefined unless it is a search. */
  filled: Uint8Array | undefined;
  /** The model's answer, with the given cells as they are; undefined before its first thought. */
  answer: Uint8Array | undefined;
  /** The confidence in each value of each cell: `[cells * values]`. */
  confidence: Float32Array | undefined;
  /** Cells whose value is another one than before. */
  changed: ReadonlySet<number>;
  /** Cells that break a rule. */
  wrong: ReadonlySet<number>;
  /** How far the last application moved each cell's latent, 0 to 1. */
  movement: Float32Array | undefined;
  /** The latent that it moved. */
  moved: 'zL' | 'zH' | undefined;
  verdict: Verdict | undefined;
}

/** The board of a puzzle that no model has thought of yet. */
export function boardOf(puzzle: Puzzle, wrong: ReadonlySet<number> = new Set()): ShownBoard {
  const nothing = { filled: undefined, answer: undefined, confidence: undefined };
  return { puzzle, ...nothing, movement: undefined, moved: undefined, verdict: undefined, changed: new Set(), wrong };
}

/** The board after a thought, compared with an earlier one. */
export function boardAfter(
  puzzle: Puzzle,
  { confidence, movement, latent }: Thought,
  { earlier, filled }: { earlier?: Thought | undefined; filled?: Uint8Array | undefined } = {},
): ShownBoard {
  // A search asks with more cells than are given; the answer is to its question.
  const answer = answerOf(filled ? { ...puzzle, cells: filled } : puzzle, confidence);
  const before = earlier && answerOf(puzzle, earlier.confidence);
  const isChanged = (cell: number) => answer[cell] !== before![cell];
  return {
    ...{ puzzle, filled, answer, confidence, movement },
    changed: new Set(before ? [...answer.keys()].filter(isChanged) : []),
    wrong:
      puzzle.kind === 'maze' ? strayCells(puzzle, answer) : conflictingCells(settledOf(puzzle, answer, confidence)),
    moved: latent,
    verdict: verify(puzzle, answer),
  };
}

/** The digits that the model prefers to the others; 0 where all are equally likely, as at the start. */
function settledOf({ cells, width }: Puzzle, answer: Uint8Array, confidence: Float32Array): Uint8Array {
  const isSettled = (cell: number) => cells[cell]! > 0 || confidence[cell * width + answer[cell]! - 1]! > 1.2 / width;
  return answer.map((digit, cell) => (isSettled(cell) ? digit : 0));
}
