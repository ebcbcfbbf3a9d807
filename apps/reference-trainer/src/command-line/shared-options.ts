import { choice, toggle } from './options';

/** An option of every command that has results. */
export const jsonOption = toggle('End stdout with one JSON object, for programs');

/** Options of every command that computes. */
export const backendOptions = {
  backend: choice('native, wasm or cpu; the fastest that works if not given', ['native', 'wasm', 'cpu']).optional(),
  compile: choice('xla, graph or eager; native backend only', ['xla', 'graph', 'eager'], 'mode').default('xla'),
  json: jsonOption,
};

/** The option of every command that opens a run: whether modules that it imports may be executed. */
export const importsOption = {
  allowImports: toggle('Execute the modules that the run or config imports, and know them from now on'),
};
