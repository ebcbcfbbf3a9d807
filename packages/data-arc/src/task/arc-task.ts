import { defineTask, textRows, type Task } from '@hrm/data';
import { ARC_SIDE, type ArcGrid } from '../grids/arc-grid';
import { ARC_SEQ_LEN, ARC_VOCAB_SIZE, cropArcGrid, encodeArcGrid } from '../grids/arc-tokens';
import { formatArcGrid, parseArcGrid } from './arc-text';
import { drawArcGrid } from './draw-arc-grid';

/** The grid of tokens that may lie anywhere in the square, as those of training examples do. */
function gridOfTokens(tokens: ArrayLike<number>): ArcGrid {
  const moved = new Uint8Array(ARC_SEQ_LEN);
  let [top, left] = [ARC_SIDE, ARC_SIDE];
  for (let k = 0; k < tokens.length; k++) {
    if (tokens[k]! <= 0) continue;
    top = Math.min(top, Math.floor(k / ARC_SIDE));
    left = Math.min(left, k % ARC_SIDE);
  }
  for (let k = top * ARC_SIDE + left; k < tokens.length; k++) {
    if (k % ARC_SIDE >= left) moved[k - top * ARC_SIDE - left] = Math.max(0, tokens[k]!);
  }
  return cropArcGrid(moved);
}

/**
 * The task of ARC: a grid becomes another grid, by a rule that the model has learned from demonstrations.
 *
 * Text is rows of digits, separated by `/`. Answers are not verified: only ARC's own files tell which one is right.
 * A data set is augmented when it is built, because each copy has an identifier of its own; see `buildArcDataset`.
 *
 * @example
 * ```ts
 * import { arcTask } from '@hrm/data-arc';
 *
 * const task = arcTask();
 * const question = task.encode('012/345');
 * console.log(task.seqLen, task.decode(question)); // 900 012/345
 * console.log(task.draw(question, { color: true }));
 * ```
 */
export function arcTask(): Task {
  return defineTask({
    name: 'grids of ARC',
    vocabSize: ARC_VOCAB_SIZE,
    seqLen: ARC_SEQ_LEN,
    grid: { rows: ARC_SIDE, columns: ARC_SIDE },
    answerPadding: 'ignored',
    encode: (text) => encodeArcGrid(parseArcGrid(text)),
    decode: (tokens) => formatArcGrid(gridOfTokens(tokens)),
    picture: (tokens) => {
      const { width, cells } = gridOfTokens(tokens);
      return { style: 'colours', rows: textRows(Array.from(cells, String), width) };
    },
    draw: (question, { prediction, answer, color = false }) =>
      drawArcGrid(gridOfTokens(prediction ?? question), {
        ...(prediction && answer && { answer: gridOfTokens(answer) }),
        color,
      }),
  });
}
