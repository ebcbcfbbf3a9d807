import './require-node.mjs';
import { fileURLToPath } from 'node:url';
import { explain, prepare } from './prepare.mjs';
import { endStagesOnSignals, runInTerminal } from './stage.mjs';

// `npm run playground`: from a fresh clone to the page in which models think. Arguments go to Vite's server:
// `npm run playground -- --port 8080 --open`.
endStagesOnSignals();
const page = fileURLToPath(new URL('../apps/playground', import.meta.url));
try {
  const { program, env } = await prepare({ native: false });
  process.exitCode = await runInTerminal({
    title: 'Playground: open the address below in a browser; Ctrl-C ends it',
    cost: 'until you end it',
    command: [program, '--dir', page, 'exec', 'vite', 'preview', ...process.argv.slice(2)],
    env,
  });
} catch (error) {
  process.exitCode = explain(error);
}
