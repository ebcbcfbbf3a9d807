import { join } from 'node:path';
import type { RunRecord } from '@hrm/ui/run-record';
import { replaceFile } from '@hrm/files/node';
import { printedCommand } from '../command-line/printed-command';
import { examineRun } from '../examination/examine-run';
import type { Engine } from '../engine/engine';
import { expectOwnFile, type OwnFiles } from '../files/expect-own-file';
import { finishBeforeStopping } from '../process/stop-signals';
import { readRunRecord } from '../run-record/read-run-record';
import type { Terminal } from '../terminal/terminal';
import { isReport, reportPage } from './report-page';

const reports: OwnFiles = { flag: '--out', kind: 'a report', isOwn: isReport };

/** The report in the folder of a run. */
export const reportOf = (run: string): string => join(run, 'report.html');

/** Makes sure that only an earlier report is replaced. @throws UsageError if the file is something else. */
export const expectReportPlace = (out: string): Promise<void> => expectOwnFile(out, reports);

/** Writes the report of runs. */
export async function writeReport(out: string, runs: readonly RunRecord[]): Promise<void> {
  await expectReportPlace(out);
  const page = new TextEncoder().encode(reportPage({ made: new Date().toISOString(), runs }));
  await finishBeforeStopping(() => replaceFile(out, page));
}

/** Puzzles and seconds that the report at the end of a training may take. */
const AFTER_TRAINING = { puzzles: 64, seconds: 10 };

/** Writes the report at the end of a training. Where that fails, it warns: the training is saved already. */
export async function reportTraining(
  run: string,
  { engine, terminal }: { engine: Engine; terminal: Terminal },
): Promise<void> {
  const out = reportOf(run);
  try {
    await expectReportPlace(out);
    // The training has allowed and executed its imports already.
    const options = { ...AFTER_TRAINING, allowImports: false, startEngine: () => Promise.resolve(engine) };
    const { model, missing } = await examineRun(run, options, terminal);
    await writeReport(out, [await readRunRecord(run, { model, missing })]);
    terminal.say(`Report: ${out}`);
  } catch (error) {
    const again = printedCommand('report', run, '--out', 'report.html');
    terminal.warn(`the report could not be written: ${(error as Error).message}. To write it elsewhere: ${again}`);
  }
}
