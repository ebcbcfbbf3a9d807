import type { RunRecord } from '@hrm/ui/run-record';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { args, count, text } from '../command-line/options';
import { backendOptions, importsOption, precisionOption } from '../command-line/shared-options';
import { expectDifferentRuns } from '../command-line/expect-different-runs';
import { UsageError } from '../command-line/usage-error';
import { startEngine, type Engine } from '../engine/engine';
import { examineRun } from '../examination/examine-run';
import { expectReportPlace, reportOf, writeReport } from '../report/write-report';
import { readRunDescription } from '../run/folder/run-folder';
import { readRunRecord } from '../run-record/read-run-record';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm report`. */
const reportOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  runs: args('Folders of runs; several are compared'),
  out: text('File of the report (default: report.html, in the folder of a single run)', { value: 'file' }).optional(),
  puzzles: count('Most held-out puzzles of each run to try its model on').default(500),
});

/** The most seconds that the puzzles of all runs may take. */
const SECONDS = 120;

/** The best evaluation, for `--json`. */
const bestOf = ({ evaluations }: RunRecord) =>
  evaluations.length === 0 ? undefined : Math.max(...evaluations.map(({ exactAccuracy }) => exactAccuracy));

/** Runs `hrm report`. */
async function report({ runs, out, puzzles, ...options }: z.infer<typeof reportOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const [first] = runs;
  if (first === undefined) throw new UsageError('RUN is missing: the folder of a run, or of several');
  for (const run of runs) readRunDescription(run, 'RUN');
  expectDifferentRuns(runs);
  const place = out ?? (runs.length === 1 ? reportOf(first) : 'report.html');
  await expectReportPlace(place);
  let engine: Promise<Engine> | undefined;
  const limits = { puzzles, seconds: SECONDS / runs.length };
  const records: RunRecord[] = [];
  for (const run of runs) {
    const startOnce = () => (engine ??= startEngine(terminal, options));
    const { model, missing } = await examineRun(run, { ...options, ...limits, startEngine: startOnce }, terminal);
    const record = await readRunRecord(run, { model, missing });
    for (const sentence of record.missing) terminal.say(`${run}: ${sentence}`);
    records.push(record);
  }
  await writeReport(place, records);
  terminal.say(`Report: ${place}. It is one file, for any browser.`);
  terminal.result({
    out: place,
    runs: records.map((record) => ({
      run: record.run,
      steps: record.lastStep,
      exactAccuracy: bestOf(record),
      puzzles: record.examination?.puzzles,
      missing: record.missing,
    })),
  });
}

export const reportCommand = defineCommand({
  name: 'report',
  summary: 'Write a page about a run, or one that compares several: one file, for any browser',
  options: reportOptions,
  examples: ['hrm report runs/first', 'hrm report runs/first runs/second --out comparison.html'],
  run: report,
});
