import { describeValue } from '@hrm/layers/internal';
import type { SolveFixedPointOptions } from '../solvers/solve-fixed-point';
import type { FixedPointGradient } from './fixed-point-gradient';
import { implicit, type ImplicitOptions } from './implicit';
import { oneStep } from './one-step';
import { phantom, type PhantomOptions } from './phantom';

const gradients = { 'one-step': oneStep, phantom, implicit };

/** A gradient estimator: an object, its name, or its name with options, as in config files. */
export type FixedPointGradientChoice =
  | FixedPointGradient
  | keyof typeof gradients
  | { type: 'one-step' }
  | ({ type: 'phantom' } & PhantomOptions)
  | ({ type: 'implicit' } & ImplicitOptions);

/** Returns the estimator of a choice. `'implicit'` without options uses the search options of the forward pass. */
export function chooseGradient(
  owner: string,
  choice: FixedPointGradientChoice,
  search: SolveFixedPointOptions,
): FixedPointGradient {
  if ((typeof choice !== 'object' && typeof choice !== 'string') || choice === null) {
    throw new TypeError(
      `${owner}: gradient is ${describeValue(choice)}, expected a name such as "implicit", an object with a type, or one ` +
        'with a method attach',
    );
  }
  if (typeof choice === 'object' && 'attach' in choice) return choice;
  if (choice === 'implicit') return implicit(search);
  const { type, ...options } = typeof choice === 'string' ? { type: choice } : choice;
  if (!Object.hasOwn(gradients, type)) {
    throw new RangeError(
      `${owner}: there is no gradient "${String(type)}", expected ${Object.keys(gradients).join(', ')} or an object with a method attach`,
    );
  }
  return (gradients[type] as (options: object) => FixedPointGradient)(options);
}
