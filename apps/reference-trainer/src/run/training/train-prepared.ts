import { countParameters } from '@hrm/layers';
import type { Communicator } from '@hrm/distributed';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { preparePrecision } from '../../engine/precision';
import type { Terminal } from '../../terminal/terminal';
import type { PreparedRun } from './prepare-run';
import { puzzlesFingerprint } from '../puzzles/puzzles-fingerprint';
import { thisRunMachine } from '../checkpoint/run-machine';
import { countPuzzles, firstQuestion } from '../puzzles/run-puzzles';
import { isFirstRank } from '../../ranks/agree';
import { collectGarbage } from '../../process/collect-garbage';
import { counted } from '../../terminal/counted';
import { openObservers } from '../observers/open-observers';
import type { TrainingObserver } from '../observers/training-observer';
import { runTraining, type TrainingResult, type TrainingRun } from './run-training';
import type { ResumedProgress } from './run-writer';
import { versions } from '../../engine/versions';

/** A run that is ready to train: its folder is locked and has its description. */
export interface ReadyRun {
  run: string;
  config: RunConfig;
  /** The folder of its puzzles. */
  data: string;
  prepared: PreparedRun;
  engine: Engine;
  store: TrainingRun['store'];
  maxSteps?: number | undefined;
  /** Undefined for a new run. The trainer has the checkpoint's state already. */
  resumed?: ResumedProgress | undefined;
  /** How a resumed run has multiplied in bfloat16. Default: the fastest way on this machine. */
  products?: string | undefined;
  /** The ranks that train together. Default: one process. */
  communicator?: Communicator | undefined;
  terminal: Terminal;
}

/** A run after training. */
export interface TrainedRun {
  result: TrainingResult;
  config: RunConfig;
  engine: Engine;
  data: string;
  /** A held-out puzzle as text, to try. */
  puzzle: string;
}

/** The ranks in words: `, on 4 ranks (2 hosts)`. */
function describeRanks(communicator: Communicator | undefined): string {
  if (!communicator) return '';
  const hosts = new Set(communicator.hosts).size;
  return `, on ${communicator.size} ranks (${counted(hosts, 'host')})`;
}

/** Trains a prepared run, and frees its model. */
export async function trainPrepared(ready: ReadyRun): Promise<TrainedRun> {
  const { run, config, data, prepared, maxSteps = Infinity, store, resumed, products, communicator, terminal } = ready;
  const engine = await preparePrecision(ready.engine, config.model, terminal, { recorded: products, communicator });
  const { task, puzzles, augment, model, trainer, totalSteps, start } = prepared;
  const lastStep = Math.min(totalSteps, maxSteps);
  const record = {
    config,
    versions,
    machine: { ...thisRunMachine(engine), ...(communicator && { ranks: `${communicator.size}` }) },
    puzzles: puzzlesFingerprint(puzzles.train),
  };
  collectGarbage();
  terminal.say(
    `${config.name}: ${countParameters(model).toLocaleString('en')} parameters, ` +
      `${countPuzzles(puzzles.train).toLocaleString('en')} training puzzles, ${countPuzzles(puzzles.test).toLocaleString('en')} held out, ` +
      `up to ${lastStep.toLocaleString('en')} steps of ${config.training.batchSize}${describeRanks(communicator)}. Files: ${run}`,
  );
  let observer: TrainingObserver | undefined;
  try {
    const resumedStep = resumed && trainer.steps;
    if (isFirstRank(communicator))
      observer = await openObservers(run, { config, task, resumedStep, record, warn: terminal.warn });
    const result = await runTraining({
      run,
      config,
      puzzles,
      augment,
      trainer,
      lastStep,
      store,
      resumed,
      savesStart: start !== undefined,
      record,
      observer,
      draw: task.draw,
      communicator,
      terminal,
    });
    return { result, config, engine, data, puzzle: task.decode(firstQuestion(puzzles.test)) };
  } finally {
    await observer?.close();
    trainer.dispose();
    model.dispose();
  }
}
