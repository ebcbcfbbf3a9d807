import type { RunRecord } from '@hrm/ui/run-record';

/** The record of a folder that holds no run. @param missing why: sentences. */
export const emptyRecord = (run: string, missing: readonly string[]): RunRecord => ({
  run,
  name: '',
  task: undefined,
  isTraining: false,
  parameters: undefined,
  lastStep: 0,
  plannedSteps: undefined,
  samples: 0,
  seconds: undefined,
  curves: {
    stride: 1,
    step: [],
    loss: [],
    exactAccuracy: [],
    learningRate: [],
    samplesPerSecond: [],
    memory: [],
    halted: [],
    halting: [],
  },
  evaluations: [],
  config: { preset: undefined, changes: [], values: {} },
  sessions: [],
  checkpoints: { best: undefined, last: undefined },
  from: undefined,
  examination: undefined,
  missing,
});
