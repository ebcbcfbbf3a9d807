import { expectTaskOptions } from '@hrm/data';

/** The least, the greatest and the usual value of an option, which is a whole number. */
type Range = readonly [least: number, most: number, usual: number];

/**
 * The options of each task with their least, greatest and default values.
 *
 * @example
 * ```ts
 * import { smallTaskOptions } from '@hrm/data-small-tasks';
 *
 * const [least, most, usual] = smallTaskOptions.queens.size;
 * console.log(least, most, usual); // 4 12 8
 * ```
 */
export const smallTaskOptions = {
  addition: { digits: [1, 15, 4] },
  sorting: { length: [2, 100, 8], values: [2, 36, 10] },
  parity: { length: [1, 1000, 20] },
  dyck: { pairs: [1, 200, 8], kinds: [2, 4, 3] },
  countdown: { numbers: [2, 6, 4] },
  queens: { size: [4, 12, 8] },
  coloring: { vertices: [3, 12, 8], colors: [2, 6, 3], degree: [1, 11, 3] },
  life: { size: [3, 6, 5] },
} as const satisfies { [task: string]: { [option: string]: Range } };

type TaskName = keyof typeof smallTaskOptions;
type OptionsOf<Name extends TaskName> = { [Option in keyof (typeof smallTaskOptions)[Name]]: number };

/** The options of a task, with defaults. @throws RangeError for a value out of range, and for an unknown option. */
export function withDefaults<Name extends TaskName>(task: Name, given: Partial<OptionsOf<Name>>): OptionsOf<Name> {
  const ranges: { readonly [option: string]: Range } = smallTaskOptions[task];
  const usual = Object.fromEntries(Object.entries(ranges).map(([option, [, , value]]) => [option, value]));
  const options = { ...usual, ...given };
  const limits = Object.entries(ranges).map(([option, [least, most]]) => [option, [least, most] as const] as const);
  expectTaskOptions(task, options, Object.fromEntries(limits));
  return options as OptionsOf<Name>;
}
