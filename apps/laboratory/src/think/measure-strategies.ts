import { cellsFromTokens } from '@hrm/data';
import { sudokuProbabilities } from '@hrm/data-sudoku-maze';
import type { Compile } from '@hrm/layers';
import { Solver, thinker, type RecursiveReasoner, type TriesOptions } from '@hrm/models';
import { buildRunModel, type LoadedRun, probabilitiesOf } from '@hrm/cli/internal';
import type { heldOutPuzzles } from './held-out-puzzles';
import { measureOnePass } from './one-pass';
import { measurePlainSearch, measureSearch, type SearchSizes } from './searches';
import { measureChoices, measureVerifiedTries } from './several-tries';
import type { ThinkingRow } from './thinking-row';

/** What can be measured. A search brings its controls with it. */
export const THINKING_STRATEGIES = ['pass', 'noise', 'random', 'symmetries', 'votes', 'search'] as const;

/** Options of {@link measureStrategies}: those of the command. */
export interface MeasureOptions {
  strategies: readonly (typeof THINKING_STRATEGIES)[number][];
  passSegments?: number | undefined;
  segments?: number | undefined;
  tries: number;
  votes: number;
  branches: number;
  searchSegments: number;
  stepSegments: number;
  batch: number;
  seed: number;
  /** Sizes of the run's puzzles, for an untrained model. */
  sizes: Parameters<typeof buildRunModel>[1];
  compile: Compile;
  say(line: string): void;
}

/** Solves puzzles in every way that the task allows, one after another. */
export async function measureStrategies(
  { model, task, config, parts }: Pick<LoadedRun, 'model' | 'task' | 'config' | 'parts'>,
  { puzzles, isRight }: ReturnType<typeof heldOutPuzzles>,
  options: MeasureOptions,
): Promise<ThinkingRow[]> {
  const { strategies, tries, votes, seed, batch: batchSize, compile, say } = options;
  const { maxSegments } = model.halting;
  const { passSegments = 4 * maxSegments, segments = 2 * maxSegments } = options;
  const rows: ThinkingRow[] = [];
  const measure = async (name: string, measured: () => Promise<ThinkingRow[]>) => {
    const started = performance.now();
    rows.push(...(await measured()));
    say(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  };
  const verifies = task.verify !== undefined;
  const shared = { task, seed, batchSize };
  const thinking = thinker(model, { compile });
  const measureTries = (name: string, most: number, given: TriesOptions) =>
    measure(name, () =>
      measureVerifiedTries(`${name}, verified`, thinking, puzzles, {
        ...{ tries: most, segments, isRight },
        options: { ...shared, ...given },
      }),
    );

  /** The search, and the same with an untrained model and with none. */
  async function measureSearches(openToken: number): Promise<void> {
    const { branches, searchSegments, stepSegments } = options;
    const sizes: SearchSizes = { branches, segments: searchSegments, segmentsPerStep: stepSegments };
    const probabilities = probabilitiesOf(config);
    const search = async (strategy: string, of: RecursiveReasoner, isControl: boolean) => {
      const searching = thinker(of, { compile });
      await measure(strategy, async () => [
        await measureSearch({ strategy, isControl }, searching, puzzles, { ...shared, ...sizes, probabilities }),
      ]);
      searching.dispose();
    };
    await search('search', model, false);
    const untrained = buildRunModel(config, options.sizes, parts);
    await search('search, untrained model', untrained, true);
    untrained.dispose();
    if (config.task.kind !== 'sudoku') {
      say('Plain propagation is known for Sudoku alone: this search has one control.');
      return;
    }
    const possible = (question: Int32Array) => sudokuProbabilities(cellsFromTokens(question));
    await measure('search, plain propagation', () =>
      Promise.resolve([measurePlainSearch(puzzles, { ...task, openToken }, possible, sizes)]),
    );
  }

  if (strategies.includes('pass')) {
    const solver = new Solver(model, { compile });
    await measure('one pass', () => measureOnePass(solver, puzzles, { segments: passSegments, isRight, verifies }));
    solver.dispose();
  }
  if (verifies && strategies.includes('noise')) await measureTries('noisy starts', tries, {});
  if (verifies && strategies.includes('random')) await measureTries('random starts', votes, { starts: 'random' });
  if (verifies && task.symmetry && strategies.includes('symmetries')) {
    await measureTries('symmetries', votes, { symmetries: true, starts: 'plain' });
  }
  if (strategies.includes('votes')) {
    const measured = { tries: votes, segments, isRight, options: shared };
    await measure('votes', () => measureChoices('noisy starts', thinking, puzzles, measured));
  }
  thinking.dispose();
  if (task.openToken !== undefined && strategies.includes('search')) await measureSearches(task.openToken);
  return rows;
}
