import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { StepEvent } from '@hrm/trainer';
import { MetricsLog } from '@hrm/trainer/checkpoint';
import type { RunRecord } from '../checkpoint/run-progress';
import type { AnsweredPuzzle } from './failed-puzzles';
import type { TrainingObserver } from './training-observer';

/** Milliseconds between two lines about the machine. */
const EVERY_MILLISECONDS = 1000;

/**
 * A line of `observations.jsonl`: what one start of a run saw, which another may see otherwise. So it is not in
 * `metrics.jsonl`, which is the same for each. Lines are only appended. A line with a step that is not later than that
 * of an earlier line means that the run was resumed there: the later steps were made again.
 */
export type Observation = {
  /** The newest step. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
} & (
  | { readonly begin: Pick<RunRecord, 'versions' | 'machine'> }
  /** `memory`: bytes of the process; `samplesPerSecond` since the line before, without evaluations. */
  | { readonly samplesPerSecond?: number; readonly memory: number; readonly puzzles?: readonly AnsweredPuzzle[] }
);

/** Logs speed and memory every second, and at each evaluation a few puzzles that the model fails on. */
export async function openObservationsLog(
  path: string,
  {
    step,
    record,
    batchSize,
    warn,
  }: { step: number; record: RunRecord; batchSize: number; warn: (warning: string) => void },
): Promise<TrainingObserver> {
  // A line that the process was killed in is cut off.
  const log = await MetricsLog.open(path, {
    length: existsSync(path) ? await wholeLines(path) : 0,
    onWarning: warn,
  });
  let [last, steps, seconds] = [performance.now(), 0, 0];
  let newest = step;
  const stamp = () => ({ step: newest, time: Date.now() / 1000 });
  const write = async (more: { puzzles?: readonly AnsweredPuzzle[] } = {}) => {
    if (begin) await log.append(begin);
    begin = undefined;
    const speed = seconds > 0 && { samplesPerSecond: Number(((batchSize * steps) / seconds).toPrecision(4)) };
    await log.append({ ...stamp(), ...speed, memory: process.memoryUsage.rss(), ...more });
    [last, steps, seconds] = [performance.now(), 0, 0];
  };
  // Written before the first other line: a start that fails at once changes nothing.
  let begin: object | undefined = {
    ...stamp(),
    begin: { versions: record.versions ?? {}, machine: record.machine ?? {} },
  };
  return {
    name: 'observations.jsonl',
    onStep: async ({ step, seconds: taken }: StepEvent) => {
      newest = step;
      steps++;
      seconds += taken;
      if (performance.now() - last >= EVERY_MILLISECONDS) await write();
    },
    onEvaluation: async (step, _, puzzles) => {
      newest = step;
      await write({ puzzles });
      await log.flush();
    },
    close: async () => {
      if (steps > 0) await write();
      await log.close();
    },
  };
}

/** The length of a file up to its last line end. */
async function wholeLines(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = new Uint8Array(64 * 1024);
    for (let end = size; end > 0; end -= buffer.length) {
      const start = Math.max(0, end - buffer.length);
      await file.read(buffer, 0, end - start, start);
      const newline = buffer.subarray(0, end - start).lastIndexOf(0x0a);
      if (newline >= 0) return start + newline + 1;
    }
    return 0;
  } finally {
    await file.close();
  }
}
