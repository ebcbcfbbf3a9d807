import './require-node.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain, prepare } from './prepare.mjs';
import { endStagesOnSignals, runStage, StageError } from './stage.mjs';

// `npm test`: every check of the repository, also from a fresh clone. Arguments go to Vitest and select tests:
// `npm test -- --project layers`. The last line counts what passed and what failed.

/** The checks besides the tests. Each counts as one. */
const checks = [
  { title: 'Types: the TypeScript compiler on sources and tests', cost: 'about 1 min', script: 'typecheck' },
  { title: 'Imports: who may import whom', cost: '5 s', script: 'check:imports' },
  { title: 'Exports: publint and attw on each package', cost: '40 s', script: 'check:exports' },
  { title: 'Sizes: a budget for each entry of a package', cost: '10 s', script: 'check:sizes' },
  { title: 'Unused: files, exports and dependencies that nothing uses', cost: '10 s', script: 'check:unused' },
  { title: 'Site: the documentation with the reference, every link and anchor in it', cost: '40 s', script: 'docs' },
  { title: 'Format: Prettier', cost: '10 s', script: 'check:format' },
];

const count = { passed: 0, failed: 0 };

/** The stage's output, or undefined if it failed. A failure is shown, and the other stages still run. */
async function attempt(stage) {
  try {
    return await runStage(stage);
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    console.log(`\n${error.output.trimEnd()}\n`);
    return undefined;
  }
}

async function runTests({ program, env }, args) {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-tests-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const output = await attempt({
    title: 'Tests: each package, the command hrm, the programs in the documentation, the packages as npm installs them',
    cost: 'up to 10 min',
    command: [program, 'exec', 'vitest', 'run', ...reporters, ...args],
    env,
  });
  let tests = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  try {
    tests = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // Vitest wrote no report. That counts as one failure, below.
  }
  count.passed += tests.numPassedTests;
  // A file that cannot be loaded has no failed test, but is a failure.
  count.failed += output === undefined ? Math.max(1, tests.numFailedTests) : 0;
  const skipped = tests.numPendingTests > 0 ? `, ${tests.numPendingTests} skipped` : '';
  console.log(`  ${tests.numPassedTests} passed, ${tests.numFailedTests} failed${skipped}`);
}

async function runCheck({ program, env }, { title, cost, script }) {
  const output = await attempt({ title, cost, command: [program, 'run', script], env });
  count[output === undefined ? 'failed' : 'passed'] += 1;
}

endStagesOnSignals();
const args = process.argv.slice(2);
try {
  const pnpm = await prepare();
  await runTests(pnpm, args);
  if (args.length === 0) for (const check of checks) await runCheck(pnpm, check);
} catch (error) {
  count.failed += 1;
  explain(error);
}
process.exitCode = count.failed > 0 ? 1 : 0;
console.log(`\n${count.passed} passed, ${count.failed} failed`);
