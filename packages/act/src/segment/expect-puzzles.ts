import { describeValue } from '@hrm/layers/internal';
import { IGNORED_LABEL, type PuzzleQuestions } from '@hrm/data';
import { expectBatchSizes } from './puzzle-tensors';
import type { ReasoningNetwork } from './reasoning-network';

function expectBatchObject(owner: string, puzzles: unknown): void {
  if (typeof puzzles === 'object' && puzzles !== null) return;
  throw new TypeError(
    `${owner}: the batch is ${describeValue(puzzles)}, ` +
      'expected an object with inputs, labels, puzzleIdentifiers, batchSize, seqLen',
  );
}

/** Index of the first value that is neither a whole number from 0 to `end - 1` nor `also`; -1 if there is none. */
function indexOfInvalid(values: ArrayLike<number>, end: number, also?: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // The comparison with the integer part finds 1.5, NaN and the holes of a sparse list.
    if (!((value | 0) === value && value >= 0 && value < end) && (also === undefined || value !== also)) return i;
  }
  return -1;
}

const upTo = (end: number | undefined) =>
  end === undefined ? 'a whole number of at least 0' : `a whole number from 0 to ${end - 1}`;

/** Throws for a token that the network does not have. `place` describes the position of an index in the error. */
function expectKnownTokens(
  owner: string,
  tokens: ArrayLike<number>,
  vocabSize: number | undefined,
  place: (index: number) => string,
): void {
  const invalid = indexOfInvalid(tokens, vocabSize ?? Infinity);
  if (invalid < 0) return;
  throw new RangeError(
    `${owner}: the token ${place(invalid)} is ${tokens[invalid]}, expected ${upTo(vocabSize)}` +
      (vocabSize === undefined ? '' : `, as the model has ${vocabSize} tokens`),
  );
}

/**
 * Throws unless a network can take the tokens of a puzzle.
 *
 * @param owner named in the error.
 * @param tokens `[seqLen]`
 * @throws RangeError for another length, and for a token that the network does not have, with its position from 0.
 */
export function expectTokens(
  owner: string,
  tokens: ArrayLike<number>,
  { seqLen, vocabSize }: Pick<ReasoningNetwork, 'seqLen' | 'vocabSize'>,
): void {
  if (tokens.length !== seqLen) {
    throw new RangeError(`${owner}: the puzzle has ${tokens.length} tokens, this model is made for ${seqLen}`);
  }
  expectKnownTokens(owner, tokens, vocabSize, (index) => `at position ${index}`);
}

/**
 * Throws unless a network has a vector for each puzzle identifier. A network without a puzzle table takes any
 * identifier.
 *
 * @param owner named in the error.
 */
export function expectPuzzleIdentifiers(
  owner: string,
  identifiers: ArrayLike<number>,
  { puzzleTable }: Pick<ReasoningNetwork, 'puzzleTable'>,
): void {
  if (!puzzleTable) return;
  const [puzzles] = puzzleTable.shape;
  const invalid = indexOfInvalid(identifiers, puzzles);
  if (invalid < 0) return;
  const place = identifiers.length > 1 ? ` in slot ${invalid}` : '';
  throw new RangeError(
    `${owner}: the puzzle identifier${place} is ${identifiers[invalid]}, expected ${upTo(puzzles)}, ` +
      `as the model has vectors for ${puzzles} puzzles, the blank one, 0, included. For a puzzle of an identifier that ` +
      'the model has not seen, use 0, or learn a vector for it; see docs/puzzle-embeddings.md',
  );
}

/**
 * Throws unless a network can take a batch of puzzles: arrays of the right lengths, known tokens and labels, and a
 * vector for each puzzle identifier. Trainers and evaluations call it before each batch, because compiled steps do not
 * check indices: an invalid one silently reads another row.
 *
 * @param owner named in the error.
 * @throws TypeError, RangeError with the slot and the position, both from 0.
 */
export function expectPuzzles(
  owner: string,
  network: Pick<ReasoningNetwork, 'seqLen' | 'vocabSize' | 'puzzleTable'>,
  puzzles: PuzzleQuestions,
): void {
  expectBatchObject(owner, puzzles);
  const { seqLen, vocabSize } = network;
  expectBatchSizes(owner, puzzles);
  if (puzzles.seqLen !== seqLen) {
    throw new RangeError(`${owner}: the puzzles have ${puzzles.seqLen} tokens each, the model is made for ${seqLen}`);
  }
  const place = (index: number) => `in slot ${Math.floor(index / seqLen)} at position ${index % seqLen}`;
  expectKnownTokens(owner, puzzles.inputs, vocabSize, place);
  const { labels } = puzzles;
  const invalid = labels ? indexOfInvalid(labels, vocabSize ?? Infinity, IGNORED_LABEL) : -1;
  if (invalid >= 0) {
    throw new RangeError(
      `${owner}: the label ${place(invalid)} is ${labels![invalid]}, expected ${upTo(vocabSize)}, ` +
        `or ${IGNORED_LABEL} where there is none`,
    );
  }
  expectPuzzleIdentifiers(owner, puzzles.puzzleIdentifiers, network);
}
