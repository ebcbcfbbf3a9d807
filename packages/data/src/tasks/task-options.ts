import { expectObject } from '@hrm/files/internal';

/**
 * Checks options of a task that are whole numbers, and that there are no other options.
 *
 * @param task its name in errors.
 * @param ranges the least and the greatest value of each option.
 * @throws RangeError that names the first wrong option, its value and what was expected.
 *
 * @example
 * ```ts
 * import { expectTaskOptions } from '@hrm/data';
 *
 * expectTaskOptions('addition', { digits: 3 }, { digits: [1, 15] });
 * try {
 *   expectTaskOptions('addition', { digits: 0 }, { digits: [1, 15] });
 * } catch (error) {
 *   console.log(String(error)); // RangeError: addition: digits: expected a whole number from 1 to 15; got 0
 * }
 * ```
 */
export function expectTaskOptions(
  task: string,
  options: { readonly [option: string]: unknown },
  ranges: { readonly [option: string]: readonly [least: number, most: number] },
): void {
  expectObject(task, options, []);
  expectObject('expectTaskOptions', ranges, []);
  const known = Object.keys(ranges);
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw new RangeError(
      `${task}: ${option} is not known; ${known.length === 0 ? 'it has no options' : `expected ${known.join(', ')}`}`,
    );
  }
  for (const [option, [least, most]] of Object.entries(ranges)) {
    const value = options[option];
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) continue;
    const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${task}: ${option}: expected a whole number ${range}; got ${JSON.stringify(value)}`);
  }
}
