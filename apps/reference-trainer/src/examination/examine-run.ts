import { countParameters, type Precision } from '@hrm/layers';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import type { Engine } from '../engine/engine';
import { loadRun, loadRunParts } from '../run/folder/load-run';
import { readPuzzlesOfModel } from '../run/puzzles/puzzles-of-model';
import type { ModelFacts } from '../run-record/read-run-record';
import type { Terminal } from '../terminal/terminal';
import { examineModel } from './examine-model';
import type { ExaminationLimits } from './solve-held-out';

/** Options of {@link examineRun}. */
export interface ExamineRunOptions extends ExaminationLimits {
  allowImports: boolean;
  precision?: Precision | undefined;
  /** Called when the run has a model, because a backend takes seconds to start. */
  startEngine: () => Promise<Pick<Engine, 'compile'>>;
}

/** What is known of a run's model, and what is not, in sentences. */
export interface ExaminedRun {
  model: ModelFacts | undefined;
  missing: readonly string[];
}

/**
 * Tries the best checkpoint of a run, or else its newest, on its held-out puzzles. Whatever is not there, a checkpoint or
 * puzzles, is named in `missing`.
 */
export async function examineRun(
  run: string,
  { allowImports, precision, startEngine, ...limits }: ExamineRunOptions,
  terminal: Terminal,
): Promise<ExaminedRun> {
  const gap = (what: string, error: unknown): string => `${what}: ${(error as Error).message}`;
  let facts: ModelFacts | undefined;
  try {
    const loaded = await loadRunParts(run, terminal, { allowImports });
    const store = await CheckpointStore.open(run, { readOnly: true, onWarning: terminal.warn });
    if ((await store.steps()).length === 0) {
      return {
        model: undefined,
        missing: ['Halting, residuals, calibration and puzzles: there is no checkpoint yet.'],
      };
    }
    const checkpoint = (await store.best({ only: [] })) ? 'best' : 'newest';
    const { compile } = await startEngine();
    const ofRun = await loadRun(run, checkpoint, terminal, { allowImports, precision, loaded });
    const { model, task, step, data } = ofRun;
    try {
      facts = { task: task.name, parameters: countParameters(model), examination: undefined };
      const { puzzles: heldOut } = await readPuzzlesOfModel(data, 'test', ofRun, { unseen: 'blank' });
      const found = await examineModel({ model, task, heldOut, compile, limits });
      return { model: { ...facts, examination: { step, checkpoint, ...found } }, missing: gapsOf(found) };
    } finally {
      model.dispose();
    }
  } catch (error) {
    return { model: facts, missing: [gap('Halting, residuals, calibration and puzzles', error)] };
  }
}

function gapsOf({ calibration, solved }: Awaited<ReturnType<typeof examineModel>>): string[] {
  if (solved.length === 0) return ['Right answers: the held-out puzzles have no labels, and the task has no check.'];
  return calibration ? [] : ['Calibration: the controller predicts no probability of a right answer.'];
}
