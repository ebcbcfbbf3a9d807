import { expectObject, expectOptions } from '@hrm/files/internal';
import { SeededRandom } from '../seeded-random';
import type { GenerateExamplesOptions, Task, TaskExample } from './task';

/** Expected draws for each example after which a search for more is given up: it would take too long. */
const MOST_DRAWS = 300;

/**
 * Draws distinct examples of a task: no two are equal up to symmetry (see `puzzleClass`), and none equals an excluded
 * one.
 *
 * @param options `count`; `seed`, default 0; `exclude`: examples that must not occur again. A task with a generator of
 *   its own may take more options, such as `givens` for Sudoku. `onProgress`: called with the number of examples, after each.
 * @throws RangeError if the task cannot generate examples, or has fewer different ones: draws only repeat known ones, or
 *   new ones have become so rare that the rest would take over 300 draws for each example.
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
  if (!task.generateExamples) expectOptions('generateExamples', options, ['count', 'seed', 'exclude', 'onProgress']);
  if (task.generateExamples) return task.generateExamples(options);
  const { count, seed = 0, exclude = [], onProgress } = options;
  if (!task.generate) {
    throw new RangeError(`${task.name} cannot be generated: the task has no "generate"; bring examples from files`);
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`generateExamples: count: expected a whole number from 1; got ${count}`);
  }
  const random = new SeededRandom(seed);
  const known = new Set(exclude.map(({ input }) => task.puzzleClass(input)));
  const examples: TaskExample[] = [];
  let [draws, repeats] = [0, 0];
  /** The draws and examples when the share of new puzzles was last estimated. */
  let last = { draws: 0, found: 0 };
  const tooFew = () => {
    const excluded = exclude.length > 0 ? ` in addition to the ${exclude.length} excluded ones` : '';
    return new RangeError(
      `${task.name}: only ${examples.length} different puzzles were found, expected ${count}${excluded}; ` +
        `nearly all of ${draws} draws repeated them; generate fewer`,
    );
  };
  while (examples.length < count) {
    const example = task.generate(random);
    draws++;
    const puzzle = task.puzzleClass(example.input);
    if (known.has(puzzle)) {
      // With n of n + 1 equally likely puzzles known, 20 n draws miss the last one with a chance of e^-20.
      if (++repeats > 1000 + 20 * known.size) throw tooFew();
    } else {
      known.add(puzzle);
      examples.push(example);
      repeats = 0;
      onProgress?.(examples.length);
    }
    // With the seed of the excluded examples, the first draws repeat them.
    if (examples.length === 0) last = { draws, found: 0 };
    if (draws - last.draws < Math.max(10_000, known.size)) continue;
    // The share of new puzzles only falls, so this underestimates the draws that are still needed.
    const share = (examples.length - last.found + 1) / (draws - last.draws);
    if ((count - examples.length) / share > MOST_DRAWS * count) throw tooFew();
    last = { draws, found: examples.length };
  }
  return examples;
}
