import { z } from 'zod';
import {
  args,
  backendOptions,
  defineCommand,
  startEngine,
  Terminal,
  UsageError,
} from '@hrm/reference-trainer/internal';
import { isWithinBounds } from '../parity/comparison';
import { readParityCase } from '../parity/parity-case';
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

/** Runs `hrm-lab parity`. */
async function parity({ folders, ...options }: z.infer<typeof parityOptions>): Promise<void> {
  if (folders.length === 0) throw new UsageError('DIR is missing: give one or more folders that hold a case.json');
  const terminal = new Terminal(options.json);
  const engine = await startEngine(terminal, options);
  const reports: ParityReport[] = [];
  for (const folder of folders) {
    const report = await replayParityCase(readParityCase(folder), engine.compile);
    showReport(report, terminal);
    reports.push(report);
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
