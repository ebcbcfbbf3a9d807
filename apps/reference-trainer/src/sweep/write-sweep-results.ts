import { replaceFile } from '@hrm/files/node';
import { finishBeforeStopping } from '../process/stop-signals';
import { writeReport } from '../report/write-report';
import { counted } from '../terminal/counted';
import type { Terminal } from '../terminal/terminal';
import { sweepPaths } from './sweep-folder';
import type { SweepResults } from './sweep-results';
import { sweepCsv, sweepTable } from './sweep-table';

/** The most runs that the report shows. More curves over each other cannot be told apart. */
const MOST_IN_REPORT = 24;

/** Writes the results of a sweep as JSON, CSV and a report, and prints the table. */
export async function writeSweepResults(out: string, results: SweepResults, terminal: Terminal): Promise<void> {
  const { json, csv, report } = sweepPaths(out);
  const { records, ...written } = results;
  const write = (path: string, text: string) =>
    finishBeforeStopping(() => replaceFile(path, new TextEncoder().encode(text)));
  await write(json, `${JSON.stringify(written, null, 2)}\n`);
  await write(csv, sweepCsv(results));
  if (records.length > 0) await writeReport(report, records.slice(0, MOST_IN_REPORT));
  terminal.say(`\n${sweepTable(results).join('\n')}`);
  const failed = results.jobs.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    terminal.say(`\nFailed:\n${failed.map(({ name, error }) => `  ${name}: ${error}`).join('\n')}`);
  }
  terminal.say(`\nEach run: ${csv}, ${json}`);
  const left =
    records.length > MOST_IN_REPORT ? `: the best ${MOST_IN_REPORT} of ${counted(records.length, 'run')}` : '';
  if (records.length > 0) terminal.say(`Report: ${report}${left}`);
}
