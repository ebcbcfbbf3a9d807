import './require-node.mjs';
import { explain, prepare } from './prepare.mjs';
import { endStagesOnSignals } from './stage.mjs';

// `npm run setup`: brings a fresh clone, or one whose dependencies have changed, to where `npx hrm` and every check run.
endStagesOnSignals();
try {
  await prepare();
  console.log('\nReady: `npx hrm --help`');
} catch (error) {
  process.exitCode = explain(error);
}
