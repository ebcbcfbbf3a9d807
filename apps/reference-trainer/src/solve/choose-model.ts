import type { Task } from '@hrm/data';
import type { Precision } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { UsageError } from '../command-line/usage-error';
import type { RunConfig } from '../config/run-config';
import { preparePrecision } from '../engine/precision';
import { loadRun, loadRunParts } from '../run/folder/load-run';
import type { Identifiers } from '../run/puzzles/identifier-names';
import type { Terminal } from '../terminal/terminal';
import type { PuzzleText } from './read-puzzles';
import { segmentsForSize } from './segments-for-size';
import { loadShipped, shippedModelFor } from './shipped-model';

/** What solves the puzzles. */
interface ChosenModel {
  task: Task;
  /** Its name in messages. */
  solver: string;
  load(terminal: Terminal): Promise<LoadedModel>;
}

interface LoadedModel {
  model: RecursiveReasoner;
  identifiers?: Identifiers | undefined;
  /** The run's, which names the token loss. */
  config?: RunConfig;
  /** How long it thinks by default, if not as in training. */
  segments?: number;
}

/** Options of `hrm solve` about its model. */
interface ModelOptions {
  checkpoint?: 'newest' | 'best' | undefined;
  precision?: Precision | undefined;
  segments?: number | undefined;
  set: string[];
  allowImports: boolean;
}

/** The model of a run. @throws UsageError if there is no run. */
export async function modelOfRun(run: string, options: ModelOptions, terminal: Terminal): Promise<ChosenModel> {
  const loaded = await loadRunParts(run, terminal, options);
  const load = (terminal: Terminal) => loadRun(run, options.checkpoint ?? 'newest', terminal, { ...options, loaded });
  return { task: loaded.task, solver: 'The run', load };
}

/** The shipped model that fits the puzzles. @throws UsageError if there is none. */
export function shippedModel(text: PuzzleText, { precision, set, checkpoint }: ModelOptions): ChosenModel {
  if (checkpoint) throw new UsageError('--checkpoint: is for --run; a shipped model has no checkpoints');
  if (set.length > 0) throw new UsageError('--set: is for --run; a shipped model has its task already');
  const shipped = shippedModelFor(text);
  const { name, card, task } = shipped;
  const load = async (terminal: Terminal) => {
    terminal.say(`Model: ${name}, ${card.parameters} parameters (\`hrm models\`).`);
    const model = await loadShipped(shipped, precision);
    await preparePrecision({ compileMode: 'eager' }, { precision }, terminal);
    return card.anySize && task.grid
      ? { model, segments: segmentsForSize(task.grid, model.halting.maxSegments) }
      : { model };
  };
  return { task, solver: name, load };
}
