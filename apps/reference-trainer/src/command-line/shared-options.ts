import { choice, toggle } from './options';

/** The `--json` option of every command that prints a result. */
export const jsonOption = toggle('End stdout with one JSON object, for programs');

/** The options of every command that runs a model. */
export const backendOptions = {
  backend: choice('native, wasm or cpu; default: the fastest that works', ['native', 'wasm', 'cpu']).optional(),
  compile: choice('xla, graph or eager; native backend only', ['xla', 'graph', 'eager'], 'mode').default('xla'),
  json: jsonOption,
};

/** The option of every command that opens a run: may the modules that the run imports be executed? */
export const importsOption = {
  allowImports: toggle('Execute the modules that the run or config imports, and remember this permission'),
};
