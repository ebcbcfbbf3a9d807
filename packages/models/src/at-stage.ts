import type { ReasoningNetwork } from '@hrm/act';
import type { RecursionCore, RecursionSchedule } from '@hrm/recursion';
import { drawWith, refineWith } from './refine-with';

/** The same model, with the same parameters and another schedule, or another core of them. Default: the model's core. */
export function atStage(
  model: ReasoningNetwork & { readonly core: RecursionCore },
  schedule: RecursionSchedule,
  core: RecursionCore = model.core,
): ReasoningNetwork {
  const {
    parameters,
    vocabSize,
    hiddenSize,
    seqLen,
    prefixLen,
    latentPositions = prefixLen + seqLen,
    halting,
    puzzleTable,
    hasImpossibleTokens = false,
  } = model;
  return {
    parameters,
    vocabSize,
    hasImpossibleTokens,
    puzzleTable,
    hiddenSize,
    seqLen,
    prefixLen,
    latentPositions,
    halting,
    recordable: schedule.recordable ?? true,
    initialLatents: () => model.initialLatents(),
    puzzleRows: (puzzle) => model.puzzleRows(puzzle),
    embed: (puzzle, rows) => model.embed(puzzle, rows),
    refine: (latents, x, draws) => refineWith(schedule, core, { latents, x, draws }),
    drawForRefinement: (random, batchSize) => drawWith(schedule, random, [batchSize, latentPositions, hiddenSize]),
    readOut: (zH) => model.readOut(zH),
  };
}
