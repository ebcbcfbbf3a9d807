import { expectObject, expectOptions } from '@hrm/files/internal';
import { SeededRandom } from '../seeded-random';
import type { GenerateExamplesOptions, Task, TaskExample } from './task';

/**
 * Draws distinct examples of a task: no two are equal up to symmetry (see `puzzleClass`), and none equals an excluded
 * one.
 *
 * @param options `count`; `seed`, default 0; `exclude`: examples that must not occur again. A task with a generator of
 *   its own may take more options, such as `givens` for Sudoku.
 * @throws RangeError if the task cannot generate examples, or has fewer different ones.
 *
 * @example
 * ```ts
 * import { buildDataset, defineTask, generateExamples, tokensTask } from '@hrm/data';
 *
 * const reversal = defineTask({
 *   ...tokensTask({ seqLen: 4, vocabSize: 9 }),
 *   generate: (random) => {
 *     const input = Array.from({ length: 4 }, () => 1 + random.integer(8));
 *     return { input, output: input.toReversed() };
 *   },
 * });
 * const train = generateExamples(reversal, { count: 100 });
 * const test = generateExamples(reversal, { count: 10, seed: 1, exclude: train });
 * console.log(buildDataset(train, reversal).metadata.totalGroups, test.length); // 100 10
 * ```
 */
export function generateExamples(task: Task, options: GenerateExamplesOptions): TaskExample[] {
  expectObject('generateExamples', task, ['encode', 'decode', 'puzzleClass']);
  if (!task.generateExamples) expectOptions('generateExamples', options, ['count', 'seed', 'exclude']);
  if (task.generateExamples) return task.generateExamples(options);
  const { count, seed = 0, exclude = [] } = options;
  if (!task.generate) {
    throw new RangeError(`${task.name} cannot be generated: the task has no "generate"; bring examples from files`);
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`generateExamples: count: expected a whole number from 1; got ${count}`);
  }
  const random = new SeededRandom(seed);
  const known = new Set(exclude.map(({ input }) => task.puzzleClass(input)));
  const examples: TaskExample[] = [];
  // With n of n + 1 equally likely puzzles known, 20 n draws miss the last one with a chance of e^-20.
  for (let repeats = 0; examples.length < count; repeats++) {
    if (repeats > 1000 + 20 * known.size) {
      throw new RangeError(
        `${task.name}: only ${examples.length} different puzzles were found, expected ${count}` +
          `${exclude.length > 0 ? ` in addition to the ${exclude.length} excluded ones` : ''}; generate fewer`,
      );
    }
    const example = task.generate(random);
    const puzzle = task.puzzleClass(example.input);
    if (known.has(puzzle)) continue;
    known.add(puzzle);
    examples.push(example);
    repeats = 0;
  }
  return examples;
}
