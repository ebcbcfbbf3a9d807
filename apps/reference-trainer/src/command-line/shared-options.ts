import { PRECISIONS } from '@hrm/layers';
import { choice, text, toggle } from './options';

/** The `--json` option of every command that prints a result. */
export const jsonOption = toggle('End stdout with one JSON object, for programs');

/** The options that choose a run and one of its checkpoints. */
export const runOptions = {
  run: text('Folder of the run', { value: 'folder', expected: 'the folder of a run' }),
  checkpoint: choice('newest or best', ['newest', 'best'], 'which').default('newest'),
};

/** The option that names a new data set. */
export const puzzlesOutOption = text('Folder for the puzzles', {
  value: 'folder',
  expected: 'a folder for the puzzles',
});

/** The option that chooses between averaged and own weights. */
export const weightsOption = choice(
  'averaged (if the run has an average) or own',
  ['averaged', 'own'],
  'which',
).default('averaged');

/** The options of every command that runs a model. */
export const backendOptions = {
  backend: choice('native, webgpu, wasm or cpu; default: the fastest that works', [
    'native',
    'webgpu',
    'wasm',
    'cpu',
  ]).optional(),
  compile: choice('xla, graph or eager; native backend only', ['xla', 'graph', 'eager'], 'mode').default('xla'),
  json: jsonOption,
};

/** The option of every command that runs the model of a config or run. */
export const precisionOption = {
  precision: choice(
    "float32 or bfloat16, instead of the config's; bfloat16 needs native TensorFlow",
    PRECISIONS,
  ).optional(),
};

/** The most threads. With a hundred thousand, TensorFlow does not start. */
export const MOST_THREADS = 1024;

/** The option that says what becomes of puzzle identifiers that a model has no vector for. */
export const unseenOption = {
  unseen: choice(
    'Puzzle identifiers that the model has not seen: error, or blank to use the blank vector',
    ['error', 'blank'],
    'what',
  ).default('error'),
};

/** The option of every command that opens a run: may the modules that the run imports be executed? */
export const importsOption = {
  allowImports: toggle('Execute the modules that the run or config imports, and remember this permission'),
};
