/**
 * The error for a part that fails a check. Its message names the likely cause.
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
 * Throws a {@link PartFault} unless a condition holds.
 *
 * @param fault says what is wrong otherwise, with the likely cause.
 *
 * @example
 * ```ts
 * import { expectThat } from '@hrm/layers/testing';
 *
 * expectThat(1 + 1 === 2, () => 'one and one are not two');
 * ```
 */
export function expectThat(holds: boolean, fault: () => string): void {
  if (!holds) throw new PartFault(fault());
}

/** The usual causes of errors of TensorFlow.js and JavaScript. */
const causes: readonly [message: RegExp, cause: string][] = [
  [
    /dispos|reading 'backend'/i,
    "likely it uses a tensor that was freed: return it from tf.tidy, and do not free the caller's tensors",
  ],
  [
    /gradient function not found|no gradient|not differentiable/i,
    'likely a comparison, argMax or cast, which have no gradient: wrap it in withoutGradient of @hrm/layers',
  ],
  [
    /Cannot destructure property|reading '(latents|regularizer|zH|zL|halted|state|total|metrics)'/,
    'likely a method that returned nothing: return the expected object with all its members',
  ],
  [/is not a function|undefined|null/i, 'likely a method or a value is missing'],
];

/**
 * Wraps a check so that every failure is a {@link PartFault}. An error that the part throws becomes one too, with its
 * usual cause in the message and the error itself as `cause`.
 *
 * @param part the name of what is checked: `the layer`.
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
 * Returns the largest distance between two lists of numbers, and whether it is within rounding errors.
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
    // Not by Math.max, so that NaN counts as the largest distance wherever it comes.
    const apart = Math.abs(got[i]! - expected[i]!);
    if (!(apart <= distance)) distance = apart;
  }
  return { distance, isSame: distance <= rounding.absolute + rounding.relative * size };
}

/**
 * Formats a number for a message.
 *
 * @example
 * ```ts
 * import { brief } from '@hrm/layers/testing';
 *
 * console.log(brief(0.123456)); // 0.123
 * ```
 */
export const brief = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value));
