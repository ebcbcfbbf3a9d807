import { verifySudoku } from '@hrm/data-sudoku-maze';
import type { Verdict } from '@hrm/data';
import type { Thought } from '../engine/thought';
import { conflictingCells } from '../puzzles/cells';

/** What the board shows. */
export interface ShownBoard {
  size: number;
  question: Uint8Array;
  /** The model's digits, with the givens in their cells; undefined before its first thought. */
  answer: Uint8Array | undefined;
  /** The confidence in each digit of each cell: `[cells * size]`. */
  confidence: Float32Array | undefined;
  /** Cells whose digit is another one than before. */
  changed: ReadonlySet<number>;
  /** Cells that break a rule. */
  wrong: ReadonlySet<number>;
  /** How far the last application moved each cell's latent, 0 to 1. */
  movement: Float32Array | undefined;
  /** The latent that it moved. */
  moved: 'zL' | 'zH' | undefined;
  verdict: Verdict | undefined;
}

/** The board after a thought, compared with an earlier one. */
export function boardAfter(
  question: Uint8Array,
  thought: Thought | undefined,
  earlier: Thought | undefined,
  wrongGivens: ReadonlySet<number>,
): ShownBoard {
  const size = Math.sqrt(question.length);
  if (!thought) {
    const nothing = { answer: undefined, confidence: undefined, movement: undefined, moved: undefined };
    return { size, question, ...nothing, changed: new Set(), wrong: wrongGivens, verdict: undefined };
  }
  const { confidence, movement, application } = thought;
  const answer = answerOf(question, confidence);
  const before = earlier && answerOf(question, earlier.confidence);
  const cells = Array.from(question.keys());
  return {
    size,
    question,
    answer,
    confidence,
    changed: new Set(before ? cells.filter((cell) => answer[cell] !== before[cell]) : []),
    wrong: conflictingCells(answer),
    movement,
    moved: application === 'fL' ? 'zL' : 'zH',
    verdict: verifySudoku(question, answer),
  };
}

/** The most likely digit of each cell; the givens in their cells. */
export function answerOf(question: Uint8Array, confidence: Float32Array): Uint8Array {
  const size = Math.sqrt(question.length);
  return question.map((given, cell) => given || mostLikely(confidence.subarray(cell * size, (cell + 1) * size)) + 1);
}

const mostLikely = (confidence: Float32Array) => confidence.indexOf(Math.max(...confidence));
