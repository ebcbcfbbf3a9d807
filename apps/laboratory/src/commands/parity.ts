import type { Compile } from '@hrm/layers';
import { z } from 'zod';
import { args, backendOptions, defineCommand, startEngine, Terminal, UsageError } from '@hrm/cli/internal';
import { isBfloat16Case, readBfloat16Case } from '../parity/bfloat16-case';
import { isWithinBounds } from '../parity/comparison';
import { expectParityFolder, readParityCase } from '../parity/parity-case';
import { LARGEST_RATIO, replayBfloat16Case, type Bfloat16Report } from '../parity/replay-bfloat16-case';
import { replayParityCase, type ParityReport } from '../parity/replay-parity-case';

/** Options of `hrm-lab parity`. */
const parityOptions = z.strictObject({
  ...backendOptions,
  compile: backendOptions.compile.default('eager'),
  folders: args('Folders that hold a case.json'),
});

function showReport({ name, ok, quantities }: ParityReport, terminal: Terminal): void {
  terminal.say(`\n${name}: ${ok ? 'within bounds' : 'OUT OF BOUNDS'}`);
  terminal.say(
    `  ${'quantity'.padEnd(32)} ${'worst error'.padStart(12)} ${'of bound'.padStart(9)} ${'elements'.padStart(9)}  out  whole steps`,
  );
  for (const report of quantities) {
    const { quantity, worstError, worstRatio, elements, outOfBounds, wholeSteps } = report;
    const figures = `${worstError.toExponential(2).padStart(12)} ${worstRatio.toFixed(3).padStart(9)} ${String(elements).padStart(9)}`;
    terminal.say(
      `  ${quantity.padEnd(32)} ${figures} ${String(outOfBounds).padStart(4)} ${String(wholeSteps).padStart(4)}`,
    );
    if (!isWithinBounds([report])) terminal.say(`    worst at ${report.where}`);
  }
}

function showBfloat16Report({ name, ok, errors }: Bfloat16Report, terminal: Terminal): void {
  terminal.say(`\n${name}: ${ok ? 'within bounds' : 'OUT OF BOUNDS'}`);
  terminal.say(
    `  Root mean square of the difference from the official float32; ours may be at most ${LARGEST_RATIO} times theirs`,
  );
  terminal.say(
    `  ${'quantity'.padEnd(16)} segment ${'ours'.padStart(10)} ${'theirs'.padStart(10)} ${'ratio'.padStart(6)}`,
  );
  for (const { quantity, segment, ours, theirs, ok } of errors) {
    const figures = [ours, theirs].map((error) => error.toExponential(2).padStart(10)).join(' ');
    const ratio = (ours / theirs).toFixed(2).padStart(6);
    terminal.say(`  ${quantity.padEnd(16)} ${String(segment).padStart(7)} ${figures} ${ratio}${ok ? '' : '  OUT'}`);
  }
}

/** Replays one folder and shows its report. */
async function replay(folder: string, compile: Compile, terminal: Terminal): Promise<ParityReport | Bfloat16Report> {
  if (isBfloat16Case(folder)) {
    const report = await replayBfloat16Case(readBfloat16Case(folder), compile);
    showBfloat16Report(report, terminal);
    return report;
  }
  const report = await replayParityCase(readParityCase(folder), compile);
  showReport(report, terminal);
  return report;
}

/** Runs `hrm-lab parity`. */
async function parity({ folders, ...options }: z.infer<typeof parityOptions>): Promise<void> {
  if (folders.length === 0) throw new UsageError('DIR is missing: give one or more folders that hold a case.json');
  const terminal = new Terminal(options.json);
  // Before the backend, which takes seconds.
  folders.forEach(expectParityFolder);
  const engine = await startEngine(terminal, options);
  const reports: (ParityReport | Bfloat16Report)[] = [];
  for (const folder of folders) {
    reports.push(await replay(folder, engine.compile, terminal));
  }
  const ok = reports.every((report) => report.ok);
  terminal.result({ ok, backend: engine.backend.name, compile: options.compile, cases: reports });
  if (!ok) process.exitCode = 1;
}

export const parityCommand = defineCommand({
  name: 'parity',
  summary: 'Replay recorded runs of the official code and compare everything',
  options: parityOptions,
  examples: ['hrm-lab parity apps/laboratory/test/testdata/parity/hrm-rope --backend wasm'],
  run: parity,
});
