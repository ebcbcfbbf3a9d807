import { mkdirSync } from 'node:fs';
import type { Communicator } from '@hrm/distributed';
import { CheckpointStore, RunLock } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../../config/run-config';
import { startEngine, type EngineOptions } from '../../engine/engine';
import type { Terminal } from '../../terminal/terminal';
import { expectEarlierDemo, holdsEarlierDemo, removeEarlierDemo } from '../folder/earlier-demo';
import { loadParts } from '../parts/load-parts';
import { isFirstRank } from '../../ranks/agree';
import { expectEqualRanks } from '../../ranks/equal-ranks';
import { noStore } from '../../ranks/files-of-other-ranks';
import { factsOf } from './facts-of-run';
import { prepareRun, type PreparedRun } from './prepare-run';
import { expectFreeFolder, runPaths, writeRunDescription } from '../folder/run-folder';
import { counted } from '../../terminal/counted';
import { writeIdentifierNames } from '../puzzles/identifier-names';
import { writePuzzles } from '../puzzles/run-puzzles';
import type { SourceRun } from './source-run';
import { trainPrepared, type TrainedRun } from './train-prepared';

/** Options of a new or resumed run. */
export interface RunOptions extends EngineOptions {
  /** Its folder. */
  out: string;
  /** The folder of its puzzles. Default: those that it was begun with; for a new run, generated ones. */
  data?: string | undefined;
  /** The last step of this call. Default: that of the config. */
  maxSteps?: number | undefined;
  /** Whether modules that the config imports may be executed, see `loadParts`. */
  allowImports: boolean;
  /** The ranks that train together. Default: one process. */
  communicator?: Communicator | undefined;
  /** Called before the training, when all is checked and the folder is written. */
  onReady?: (() => Promise<void>) | undefined;
}

/** Options of {@link beginRun}. */
export interface BeginRunOptions extends RunOptions {
  /** Whether this is `hrm demo`, which replaces the run of an earlier demo. Default false. */
  isDemo?: boolean;
  /** The run whose weights it begins with. Default: random weights. */
  from?: SourceRun | undefined;
}

/** Says which weights a run begins with. */
function describeStart({ origin, identifiers, newVectors }: SourceRun, { start, model }: PreparedRun): string {
  const weights = `Begins with the weights of ${origin.run}, step ${origin.step}.`;
  if (!model.puzzleTable || !start) return weights;
  const added = `${counted(start.added, 'new puzzle identifier')}`;
  return `${weights} It keeps the vectors of ${counted(identifiers.count, 'puzzle identifier')}, and adds those of ${added}, ${newVectors === 'mean' ? 'each the mean of the others' : 'all zero'}.`;
}

/** Begins a run in a folder of its own, and trains it. Everything is checked before anything is written. */
export async function beginRun(
  config: RunConfig,
  { isDemo = false, from, ...options }: BeginRunOptions,
  terminal: Terminal,
): Promise<TrainedRun> {
  const { out: run, maxSteps, allowImports, communicator } = options;
  const replacesDemo = isDemo && holdsEarlierDemo(run, config);
  const expectPlace = () => (replacesDemo ? expectEarlierDemo(run) : expectFreeFolder(run));
  expectPlace();
  const { parts, imports } = await loadParts(config, { allowImports, terminal });
  const engine = await startEngine(terminal, options);
  const prepared = await prepareRun(config, { data: options.data, from, engine, parts, communicator });
  if (from) terminal.say(describeStart(from, prepared));
  // No rank writes before all have seen that the folder is free.
  await expectEqualRanks(communicator, factsOf(prepared, { config, engine }));
  const data = options.data ?? runPaths(run).data;
  const ready = { run, config, data, prepared, engine, maxSteps, communicator, terminal };
  if (!isFirstRank(communicator)) return trainPrepared({ ...ready, store: noStore });
  mkdirSync(run, { recursive: true });
  const lock = await RunLock.acquire(run);
  try {
    // Another process may have begun a run meanwhile.
    expectPlace();
    if (replacesDemo) await removeEarlierDemo(run);
    const { puzzles, sizes, identifiers } = prepared;
    if (prepared.model.puzzleTable) await writeIdentifierNames(run, identifiers);
    await writeRunDescription(run, {
      config,
      data,
      puzzles: sizes,
      imports,
      from: from?.origin,
      ...(isDemo && { madeBy: 'hrm demo' as const }),
    });
    if (options.data === undefined) await writePuzzles(data, puzzles);
    const store = await CheckpointStore.open(run, {
      keepNewest: config.training.keepCheckpoints,
      onWarning: terminal.warn,
    });
    await options.onReady?.();
    return await trainPrepared({ ...ready, store });
  } finally {
    await lock.release();
  }
}
