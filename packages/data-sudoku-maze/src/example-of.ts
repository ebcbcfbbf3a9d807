import { type Example, tokensFromCells } from '@hrm/data';

/** Turns a puzzle into an example of a data set. `group` is the index of its original puzzle. */
export function exampleOf(puzzle: { question: Uint8Array; answer: Uint8Array }, group: number): Example {
  return { input: tokensFromCells(puzzle.question), output: tokensFromCells(puzzle.answer), group };
}
