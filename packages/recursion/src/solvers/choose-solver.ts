import { describeValue } from '@hrm/layers/internal';
import { anderson, type AndersonOptions } from './anderson';
import { broyden, type BroydenOptions } from './broyden';
import { dampedIteration, type DampedIterationOptions } from './damped-iteration';
import type { FixedPointSolver } from './fixed-point-solver';

const solvers = { 'damped-iteration': dampedIteration, anderson, broyden };

/** Name of `damped-iteration` in older configs. */
const FORMER_NAME = 'damped';

/** A solver: an object, its name, or its name with options, as in config files. */
export type FixedPointSolverChoice =
  | FixedPointSolver
  | keyof typeof solvers
  | ({ type: 'damped-iteration' } & DampedIterationOptions)
  | ({ type: 'anderson' } & AndersonOptions)
  | ({ type: 'broyden' } & BroydenOptions);

/** Returns the solver of a choice. */
export function chooseSolver(owner: string, choice: FixedPointSolverChoice): FixedPointSolver {
  if ((typeof choice !== 'object' && typeof choice !== 'string') || choice === null) {
    throw new TypeError(
      `${owner}: solver is ${describeValue(choice)}, expected a name such as "anderson", an object with a type, or one with ` +
        'a method advance',
    );
  }
  if (typeof choice === 'object' && 'advance' in choice) return choice;
  const { type: chosen, ...options } = typeof choice === 'string' ? { type: choice } : choice;
  const type = (chosen as string) === FORMER_NAME ? 'damped-iteration' : chosen;
  if (!Object.hasOwn(solvers, type)) {
    throw new RangeError(
      `${owner}: there is no solver "${String(type)}", expected ${Object.keys(solvers).join(', ')} or an object with a method advance`,
    );
  }
  return (solvers[type] as (options: object) => FixedPointSolver)(options);
}
