import './require-node.mjs';
import { explain, hrm, prepare } from './prepare.mjs';
import { endStagesOnSignals, runInTerminal } from './stage.mjs';

// `npm start`: from a fresh clone to a trained model. Arguments go to the main job: `npm start -- --help`.
endStagesOnSignals();
try {
  console.log('HRM: trains a Hierarchical Reasoning Model to solve Sudoku, from nothing, on this machine.');
  const { env } = await prepare();
  process.exitCode = await runInTerminal({
    title: 'Main job: trains an HRM on 4x4 Sudoku, and has it solve one',
    cost: 'under 90 s on native TensorFlow, under 5 min on WebAssembly',
    command: [hrm, 'demo', ...process.argv.slice(2)],
    env,
  });
} catch (error) {
  process.exitCode = explain(error);
}
