import { searchBranch, type SearchedTask } from '@hrm/act';
import { RandomStream } from '@hrm/layers';
import type { SearchOptions, Thinker } from '@hrm/models';
import { mean, type ThinkingRow } from './thinking-row';

/** Sizes of a search. */
export interface SearchSizes {
  branches: number;
  segments: number;
  segmentsPerStep: number;
}

/** Measures the guided search of a model, or its control if the model is untrained. */
export async function measureSearch(
  { strategy, isControl }: Pick<ThinkingRow, 'strategy' | 'isControl'>,
  thinking: Thinker,
  puzzles: readonly { inputs: Int32Array }[],
  options: SearchOptions & SearchSizes,
): Promise<ThinkingRow> {
  const found: { solved: number; modelCalls: number }[] = [];
  for await (const { verified, modelCalls } of thinking.search(puzzles, options)) {
    found.push({ solved: Number(verified === true), modelCalls });
  }
  return {
    strategy,
    isControl,
    tries: options.branches,
    segments: options.segments,
    puzzles: puzzles.length,
    solved: mean(found.map(({ solved }) => solved)),
    modelCalls: mean(found.map(({ modelCalls }) => modelCalls)),
  };
}

/** Searches a puzzle without a model, with as many branches and steps as the model's search has. */
function solvesWithoutModel(
  question: Int32Array,
  task: SearchedTask,
  probabilities: (question: Int32Array) => Float32Array,
  { branches, segments, segmentsPerStep }: SearchSizes,
): boolean {
  const random = new RandomStream(0);
  for (let index = 0; index < branches; index++) {
    let branch = searchBranch(question, { task, random: index > 0 ? random : undefined });
    for (let step = 0; step < Math.floor(segments / segmentsPerStep); step++) {
      const outcome = branch.advance(probabilities(branch.question));
      if (outcome === 'solved') return true;
      if (outcome === 'exhausted') branch = searchBranch(question, { task, random });
    }
  }
  return false;
}

/** Measures the same search with plain probabilities instead of a model's. */
export function measurePlainSearch(
  puzzles: readonly { inputs: Int32Array }[],
  task: SearchedTask,
  probabilities: (question: Int32Array) => Float32Array,
  sizes: SearchSizes,
): ThinkingRow {
  const solved = puzzles.map(({ inputs }) => Number(solvesWithoutModel(inputs, task, probabilities, sizes)));
  return {
    strategy: 'search, plain propagation instead of a model',
    isControl: true,
    tries: sizes.branches,
    segments: sizes.segments,
    puzzles: puzzles.length,
    solved: mean(solved),
    modelCalls: 0,
  };
}
