import type { ReasoningNetwork } from '@hrm/act';
import type { RecursionCore, RecursionSchedule } from '@hrm/recursion';

/** The same model, with the same parameters and another schedule. */
export function atStage(
  model: ReasoningNetwork & { readonly core: RecursionCore },
  schedule: RecursionSchedule,
): ReasoningNetwork {
  const {
    parameters,
    vocabSize,
    hiddenSize,
    seqLen,
    prefixLen,
    latentPositions = prefixLen + seqLen,
    halting,
    core,
    puzzleTable,
  } = model;
  return {
    parameters,
    vocabSize,
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
    refine: (latents, x, draws) => schedule.refine(core, latents, x, draws),
    drawForRefinement: (random, batchSize) => schedule.draw?.(random, [batchSize, latentPositions, hiddenSize]) ?? {},
    readOut: (zH) => model.readOut(zH),
  };
}
