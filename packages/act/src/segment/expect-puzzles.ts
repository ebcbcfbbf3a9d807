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

/** Where the first value stands that is neither a whole number from 0 to `end - 1` nor `also`; -1 where all are. */
function indexOfStray(values: ArrayLike<number>, end: number, also?: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // The integer part is compared too, so that 1.5 and NaN are strays.
    if (!((value | 0) === value && value >= 0 && value < end) && value !== also) return i;
  }
  return -1;
}

const upTo = (end: number | undefined) =>
  end === undefined ? 'a whole number of at least 0' : `a whole number from 0 to ${end - 1}`;

/** Throws for a token that the network does not have; `place` says where the one at an index stands. */
function expectKnownTokens(
  owner: string,
  tokens: ArrayLike<number>,
  vocabSize: number | undefined,
  place: (index: number) => string,
): void {
  const stray = indexOfStray(tokens, vocabSize ?? Infinity);
  if (stray < 0) return;
  throw new RangeError(
    `${owner}: the token ${place(stray)} is ${tokens[stray]}, expected ${upTo(vocabSize)}` +
      (vocabSize === undefined ? '' : `, as the model has ${vocabSize} tokens`),
  );
}

/**
 * Throws unless a network can take the tokens of this one puzzle.
 *
 * @param owner named in the error.
 * @param tokens `[seqLen]`
 * @throws RangeError for another length, and for a token that the network does not have, naming its position, counted
 *   from 0.
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
 * Throws unless the network has a vector for each of these puzzle identifiers. One without a puzzle table takes any.
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
  const stray = indexOfStray(identifiers, puzzles);
  if (stray < 0) return;
  throw new RangeError(
    `${owner}: the puzzle identifier in slot ${stray} is ${identifiers[stray]}, expected ${upTo(puzzles)}, ` +
      `as the model has vectors for ${puzzles} puzzles. Was it made for another data set?`,
  );
}

/**
 * Throws unless a network can take these puzzles: as many values as they say, tokens and labels that it has, and a
 * vector for each puzzle identifier. Trainers and evaluations call it before each batch, because compiled steps look
 * numbers up unchecked and would take one that is not there for another. It looks at each number once.
 *
 * @param owner named in the error.
 * @throws TypeError, RangeError naming the slot and the position, both counted from 0.
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
  const stray = labels ? indexOfStray(labels, vocabSize ?? Infinity, IGNORED_LABEL) : -1;
  if (stray >= 0) {
    throw new RangeError(
      `${owner}: the label ${place(stray)} is ${labels![stray]}, expected ${upTo(vocabSize)}, ` +
        `or ${IGNORED_LABEL} where there is none`,
    );
  }
  expectPuzzleIdentifiers(owner, puzzles.puzzleIdentifiers, network);
}
