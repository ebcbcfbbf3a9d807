import type { Task } from '@hrm/data';
import { runPaths } from '../folder/run-folder';
import type { RunConfig } from '../../config/run-config';
import type { RunRecord } from '../checkpoint/run-progress';
import { openObservationsLog } from './observations-log';
import { openTensorBoardLog } from './tensorboard-log';
import { together, type TrainingObserver } from './training-observer';

/** Options of {@link openObservers}. */
interface ObserverOptions {
  config: RunConfig;
  task: Task;
  /** The step of the checkpoint that the run is resumed from. Default: it begins. */
  resumedStep?: number | undefined;
  record: RunRecord;
  warn: (warning: string) => void;
}

/** Opens the logs of a run's folder that are written in addition to `metrics.jsonl`. */
export async function openObservers(run: string, options: ObserverOptions): Promise<TrainingObserver> {
  const { config, task, resumedStep, record, warn } = options;
  const { logTo, batchSize } = config.training;
  const paths = runPaths(run);
  const openers = [
    () => openObservationsLog(paths.observations, { step: resumedStep ?? 0, record, batchSize, warn }),
    ...(logTo.includes('tensorboard')
      ? [
          () =>
            openTensorBoardLog(paths.tensorboard, { firstStep: resumedStep === undefined ? 0 : resumedStep + 1, task }),
        ]
      : []),
  ];
  const opened: TrainingObserver[] = [];
  for (const open of openers) {
    try {
      opened.push(await open());
    } catch (error) {
      warn(`${(error as Error).message}. The training goes on without this log`);
    }
  }
  return together(opened, warn);
}
