import { namesOf, UsageError } from '@hrm/cli/internal';

/** A part of a config: its name and options. */
type Part = { type: string; [option: string]: unknown };

/** The schedules compared. Each makes six refinements per segment, counting f_L and f_H. */
export const comparedSchedules: { readonly [name: string]: Part } = {
  'one-step-gradient': { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  'full-recursion': { type: 'full-recursion', hCycles: 2, lCycles: 2 },
  unrolled: { type: 'unrolled', hCycles: 2, lCycles: 2 },
  // Grows from two over three to six, at the shares of training of CGAR.
  progressive: {
    type: 'progressive',
    schedule: 'full-recursion',
    stages: [
      { from: 0, hCycles: 1, lCycles: 1 },
      { from: 0.3, hCycles: 1, lCycles: 2 },
      { from: 0.6, hCycles: 2, lCycles: 2 },
    ],
  },
  // Two sweeps of f_L and f_H for the search, and one that carries gradient.
  equilibrium: { type: 'equilibrium', iterations: 2 },
};

const maxSegments = 8;

/** The controllers compared, with their default options. */
export const comparedControllers: { readonly [name: string]: Part } = {
  'q-learning': { type: 'q-learning', maxSegments },
  'q-learning-halt': { type: 'q-learning', maxSegments, learnContinue: false },
  'halt-only': { type: 'halt-only', maxSegments },
  'fixed-steps': { type: 'fixed-steps', segments: maxSegments },
  graves: { type: 'graves-act', maxSegments },
  ponder: { type: 'ponder', maxSegments },
  residual: { type: 'residual', maxSegments },
  'unchanged-answer': { type: 'unchanged-answer', maxSegments },
};

/** The blocks compared. */
export const comparedBlocks: { readonly [name: string]: Part } = {
  mixer: { type: 'mixer', expansion: 4 },
  attention: { type: 'attention', heads: 4, expansion: 4 },
};

/** The compared part of this name, or one of the user's own, which has its default options. */
export const partOf = (compared: { readonly [name: string]: Part }, name: string, shared: object = {}): Part =>
  compared[name] ?? { type: name, ...shared };

/** A controller of the user's own also gets `maxSegments`. */
export const controllerOf = (name: string): Part => partOf(comparedControllers, name, { maxSegments });

/**
 * The parts that an option names, separated by commas, or all that are compared.
 *
 * @param own parts that the user's modules bring.
 * @throws UsageError for a name that is neither.
 */
export function chooseParts(flag: string, given: string, compared: { readonly [name: string]: Part }, own: object) {
  const known = [...new Set([...namesOf(compared), ...Object.keys(own)])];
  if (given === 'all') return namesOf(compared);
  const chosen = given.split(',');
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown === undefined) return known.filter((name) => chosen.includes(name));
  throw new UsageError(`--${flag}: ${JSON.stringify(unknown)} is none of ${known.join(', ')}`);
}
