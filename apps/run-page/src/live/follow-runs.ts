import type { LiveRun, RunRecord } from '@hrm/ui/run-record';
import { batch } from '@preact/signals';
import { report } from '../state';
import { connection, watched } from './live-state';

/** Milliseconds after which a connection that the browser has given up is opened again. */
const AGAIN_MILLISECONDS = 2000;

/** Shows runs as `hrm watch` tells of them. The browser connects again by itself when the connection is lost. */
export function followRuns(address: string): void {
  connection.value = 'waiting';
  let records: (RunRecord | undefined)[] = [];
  const source = new EventSource(address);
  source.onopen = () => (connection.value = 'open');
  source.onerror = () => {
    connection.value = 'lost';
    if (source.readyState === EventSource.CLOSED) setTimeout(() => followRuns(address), AGAIN_MILLISECONDS);
  };
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const { index, of, record, puzzles } = JSON.parse(data) as LiveRun;
    // Another start of `hrm watch` may follow other runs.
    if (records.length !== of) records = Array.from({ length: of });
    records[index] = record;
    batch(() => {
      report.value = { made: '', runs: records.filter((one) => one !== undefined) };
      if (puzzles) watched.value = new Map(watched.value).set(record.run, puzzles);
    });
  };
}
