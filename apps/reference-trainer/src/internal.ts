// What `hrm-lab` (apps/laboratory) shares with `hrm`: the command line, runs, and the timing of one size. It is for
// that program alone, and may change at any time.

export { defineCommand, type Command } from './command-line/command';
export type { Program } from './command-line/command-line';
export { args, argument, choice, count, integer, list, namesOf, text, texts, toggle } from './command-line/options';
export { runProgram } from './command-line/run-program';
export {
  backendOptions,
  importsOption,
  jsonOption,
  puzzlesOutOption,
  unseenOption,
} from './command-line/shared-options';
export { UsageError } from './command-line/usage-error';

export { startEngine, type Engine } from './engine/engine';
export { preparePrecision } from './engine/precision';
export { versions } from './engine/versions';

export { collectGarbage } from './process/collect-garbage';
export { finishBeforeStopping } from './process/stop-signals';
export { continueWithoutReaders } from './process/lost-readers';
export { prepareProcess } from './process/prepare-process';

export { describeSeconds } from './terminal/describe-seconds';
export { percent } from './terminal/percent';
export { Terminal } from './terminal/terminal';

export { expectNoFile, expectWritable } from './files/expect-no-file';
export { readConfigJson, readRegularFile } from './files/read-regular-file';

export { checkRunConfig } from './config/load-run-config';
export { runConfigSchema, type RunConfig } from './config/run-config';
export type { TaskConfig } from './config/task-options';
export { buildRunModel, buildTrainer, modelConfigOf, probabilitiesOf, totalStepsOf } from './run/building/build-run';
export { loadRun, loadRunParts, type LoadedRun } from './run/folder/load-run';
export { puzzlesOfRun, type RunDescription } from './run/folder/run-folder';
export { readPuzzlesOfModel } from './run/puzzles/puzzles-of-model';
export { loadParts } from './run/parts/load-parts';
export { makeTask } from './run/parts/make-part';
export type { RunCatalog } from './run/parts/run-catalog';
export { taskOfOptions } from './run/parts/task-of-options';
export { expectNoPuzzles } from './run/puzzles/new-puzzles';
export { puzzlesFingerprint } from './run/puzzles/puzzles-fingerprint';
export {
  countPuzzles,
  generatePuzzles,
  preparePuzzles,
  readSplit,
  type RunPuzzles,
  writeNewPuzzles,
} from './run/puzzles/run-puzzles';
export { readTaskFile } from './run/puzzles/task-file';

export { mazeSizeOf } from './solve/maze-size';
export { segmentsForSize } from './solve/segments-for-size';

export { benchTrainer, randomBatch } from './bench/bench-trainer';
export { matmulShare } from './bench/matmul-share';
export { MatmulSpeedMeter, type Product } from './bench/matmul-speed-meter';
export { evaluationFlops, mainProducts, trainingFlops, type BenchSizes } from './bench/step-flops';
export { sum, summarize, type Summary } from './bench/summary';
