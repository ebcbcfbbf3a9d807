import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { runPaths } from '../run/folder/run-folder';

/** Bytes at the end of a log that hold a whole line. */
const END_BYTES = 16_384;

/** The last step in the log of a run that is being trained; 0 if there is none yet. */
export function lastStepOf(run: string): number {
  let file: number;
  try {
    file = openSync(runPaths(run).metrics, 'r');
  } catch {
    return 0;
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, END_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const steps = [...bytes.toString('latin1').matchAll(/^\{"step":(\d+),/gm)];
    return Number(steps.at(-1)?.[1] ?? 0);
  } finally {
    closeSync(file);
  }
}
