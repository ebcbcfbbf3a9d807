import { type Example, tokensFromCells } from '@hrm/data';

/** The cells of a puzzle as an example of a data set, in the group of the puzzle that it was made from. */
export function exampleOf(puzzle: { question: Uint8Array; answer: Uint8Array }, group: number): Example {
  return { input: tokensFromCells(puzzle.question), output: tokensFromCells(puzzle.answer), group };
}
