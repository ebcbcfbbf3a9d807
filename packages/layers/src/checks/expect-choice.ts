import { describeValue } from './describe-value';

/**
 * Throws a RangeError unless each value is one of the choices.
 *
 * @param owner the function or class that takes the values, for the message.
 * @param values the values by name.
 */
export function expectChoice(
  owner: string,
  values: { readonly [name: string]: unknown },
  choices: readonly string[],
): void {
  for (const [name, value] of Object.entries(values)) {
    if (choices.some((choice) => choice === value)) continue;
    const expected = choices.map((choice) => `'${choice}'`).join(' or ');
    throw new RangeError(`${owner}: ${name} is ${describeValue(value)}, expected ${expected}`);
  }
}
