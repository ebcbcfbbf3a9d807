import type { Communicator } from './communicator';

/**
 * Sums arrays of equal length over all ranks in double precision, in the order of the ranks. For figures such as
 * counts: every rank sends its numbers to all others.
 *
 * @example
 * ```ts
 * import { oneProcess, sumOfRanks } from '@hrm/distributed';
 *
 * console.log(await sumOfRanks(oneProcess(), [0.1, 2])); // [0.1, 2]
 * ```
 */
export async function sumOfRanks(communicator: Communicator, values: readonly number[]): Promise<number[]> {
  const all = await communicator.allGather(new Uint8Array(Float64Array.from(values).buffer));
  const sums = new Array<number>(values.length).fill(0);
  for (const bytes of all) {
    const given = new Float64Array(bytes.slice().buffer);
    if (given.length !== sums.length) {
      throw new RangeError(
        `sumOfRanks: a rank gave ${given.length} numbers, another ${sums.length}; give equally many`,
      );
    }
    given.forEach((value, i) => (sums[i]! += value));
  }
  return sums;
}
