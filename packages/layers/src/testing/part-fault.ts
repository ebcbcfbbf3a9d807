/**
 * What a kit found wrong with a part, in a sentence that names the likely cause.
 *
 * @example
 * ```ts
 * import { PartFault } from '@hrm/layers/testing';
 *
 * console.log(new PartFault('the layer gives NaN: likely a division by zero').message);
 * ```
 */
export class PartFault extends Error {
  override readonly name = 'PartFault';
}

/**
 * Throws a {@link PartFault} unless something holds.
 *
 * @param fault what is wrong where it does not, and the likely cause.
 *
 * @example
 * ```ts
 * import { expectThat } from '@hrm/layers/testing';
 *
 * expectThat(1 + 1 === 2, () => 'one and one are not two: likely a slip of the pen');
 * ```
 */
export function expectThat(holds: boolean, fault: () => string): void {
  if (!holds) throw new PartFault(fault());
}

/** What errors of TensorFlow.js and JavaScript usually come from. */
const causes: readonly [message: RegExp, cause: string][] = [
  [
    /dispos|reading 'backend'/i,
    'likely it uses a tensor that was freed: return it from tf.tidy, and free nothing that you were given',
  ],
  [
    /gradient function not found|no gradient|not differentiable/i,
    'likely a comparison, argMax or cast in the way of the gradient, none of which has one: put it in withoutGradient of @hrm/layers',
  ],
  [
    /Cannot destructure property|reading '(latents|regularizer|zH|zL|halted|state|total|metrics)'/,
    'likely a method that gave nothing back: return the object that is expected of it, with all its members',
  ],
  [/is not a function|undefined|null/i, 'likely a method or a value that is missing'],
];

/**
 * Makes a check whose every failure is a {@link PartFault}: an error that the part itself throws is told as one, with what
 * it usually comes from, and kept as `cause`.
 *
 * @param part what is checked: `the layer`.
 *
 * @example
 * ```ts
 * import { explained } from '@hrm/layers/testing';
 *
 * const check = explained('the layer', { title: 'runs', check: () => { throw new Error('Tensor is disposed.'); } });
 * await check.check().catch((fault: Error) => console.log(fault.message));
 * ```
 */
export function explained<
  Subject extends unknown[],
  Check extends { title: string; check(...subject: Subject): unknown },
>(part: string, check: Check): Omit<Check, 'check'> & { check(...subject: Subject): Promise<void> } {
  return {
    ...check,
    async check(...subject: Subject) {
      try {
        await check.check(...subject);
      } catch (error) {
        if (error instanceof PartFault) throw error;
        const { name, message } = error instanceof Error ? error : { name: 'an error', message: String(error) };
        const cause = causes.find(([pattern]) => pattern.test(message))?.[1];
        const first = message.split('\n')[0]!;
        throw new PartFault(`${part} threw ${name}: ${first}${cause ? ` (${cause})` : ''}`, { cause: error });
      }
    },
  };
}

/**
 * How far apart two lists of numbers are, and whether by no more than rounding puts between two ways to the same.
 *
 * @example
 * ```ts
 * import { distanceOf } from '@hrm/layers/testing';
 *
 * console.log(distanceOf([1, 2.5], [1, 2])); // { distance: 0.5, isSame: false }
 * ```
 */
export function distanceOf(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  rounding = { relative: 1e-4, absolute: 1e-5 },
) {
  // Sums in another order differ by the size of their terms, not of the result.
  let [size, distance] = [0, got.length === expected.length ? 0 : Infinity];
  for (let i = 0; i < expected.length; i++) {
    size = Math.max(size, Math.abs(expected[i]!));
    // Not by Math.max, to which NaN would be lost where it comes first and everything where it comes later.
    const apart = Math.abs(got[i]! - expected[i]!);
    if (!(apart <= distance)) distance = apart;
  }
  return { distance, isSame: distance <= rounding.absolute + rounding.relative * size };
}

/**
 * A number as a message shows it.
 *
 * @example
 * ```ts
 * import { brief } from '@hrm/layers/testing';
 *
 * console.log(brief(0.123456)); // 0.123
 * ```
 */
export const brief = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value));
