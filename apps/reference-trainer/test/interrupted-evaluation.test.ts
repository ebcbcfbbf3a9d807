import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointStore, readCheckpoint } from '@hrm/trainer/checkpoint';
import { Trainer } from '@hrm/trainer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-interrupted-evaluation-'));
const config = join(folder, 'tiny.json');
const whole = join(folder, 'whole');
const train = (run: string, ...args: string[]) =>
  runInProcess(['train', config, '--out', run, '--backend', 'wasm', ...args]);
const resume = (run: string) => runInProcess(['train', '--resume', '--out', run, '--backend', 'wasm']);

beforeAll(async () => {
  // Evaluated after steps 5, 10 and 12, on 12 batches each.
  writeFileSync(config, JSON.stringify({ ...tinyRun, training: { ...tinyRun.training, batchSize: 2 } }));
  expect(await train(whole)).toMatchObject({ status: 0 });
});
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGUSR2', 'SIGALRM'] as const;
afterEach(() => {
  vi.restoreAllMocks();
  // A stopped run keeps its listeners until the process ends.
  for (const signal of signals) process.removeAllListeners(signal);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checkpointOf = (run: string, step: number) =>
  join(run, 'checkpoints', `checkpoint-${String(step).padStart(8, '0')}`);

/** The metrics, the final tensors, and the best evaluation. */
async function endOf(run: string): Promise<unknown> {
  const { files, state, metric } = await readCheckpoint(checkpointOf(run, 12));
  const { best, metricsLength } = state as { best: unknown; metricsLength: number };
  return {
    metrics: readFileSync(join(run, 'metrics.jsonl'), 'utf8'),
    files,
    metric,
    best,
    metricsLength,
    kept: readdirSync(join(run, 'checkpoints')).sort(),
  };
}

/** Calls `during` after the second batch of the evaluation at this step. */
function whileEvaluating(step: number, during: () => void): { batches: () => number } {
  let batches = 0;
  const { evaluate } = Trainer.prototype;
  vi.spyOn(Trainer.prototype, 'evaluate').mockImplementation(function (this: Trainer, offered, options) {
    if (this.steps !== step) return evaluate.call(this, offered, options);
    const watched = async function* () {
      for await (const batch of offered) {
        yield batch;
        if (++batches === 2) during();
      }
    };
    return evaluate.call(this, watched(), options);
  });
  return { batches: () => batches };
}

const every = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGUSR2', 'SIGALRM'] as const;

describe.each([
  { step: 5, signals: every },
  // After the last step.
  { step: 12, signals: ['SIGTERM', 'SIGQUIT'] as const },
])('an evaluation, at step $step', ({ step, signals: sent }) => {
  it.each<(typeof every)[number]>(sent)(
    'ends on %s after its current batch; the step is saved, and the evaluation is repeated',
    async (signal) => {
      const run = join(folder, `${signal}-${step}`);
      const { batches } = whileEvaluating(step, () => void process.emit(signal, signal));
      const { status, stdout, stderr } = await train(run);
      expect(stderr).not.toMatch(/^hrm:|\n\s+at /m);
      expect(status).toBe(
        { SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131, SIGXCPU: 152, SIGUSR2: 140, SIGALRM: 142 }[signal],
      );
      expect(batches()).toBe(2);
      expect(stdout).toMatch(/Resume: .*hrm train --resume --out /);
      expect(existsSync(checkpointOf(run, step))).toBe(true);
      vi.restoreAllMocks();
      for (const each of signals) process.removeAllListeners(each);
      expect(await resume(run)).toMatchObject({ status: 0 });
      expect(await endOf(run)).toEqual(await endOf(whole));
    },
  );

  it('killed halfway, or just before its figures are in the checkpoint, is repeated', async () => {
    const run = join(folder, `killed-${step}`);
    const [atBatch, atRecord] = [`${run}-batch`, `${run}-record`];
    const copy = (to: string) => {
      cpSync(run, to, { recursive: true });
      rmSync(join(to, 'run.lock'), { recursive: true, force: true });
    };
    whileEvaluating(step, () => copy(atBatch));
    const { recordMetric } = CheckpointStore.prototype;
    vi.spyOn(CheckpointStore.prototype, 'recordMetric').mockImplementation(async function (
      this: CheckpointStore,
      at,
      told,
    ) {
      if (at === step) copy(atRecord);
      return recordMetric.call(this, at, told);
    });
    expect(await train(run)).toMatchObject({ status: 0 });
    vi.restoreAllMocks();
    for (const left of [atBatch, atRecord]) {
      expect((await readCheckpoint(checkpointOf(left, step))).metric).toBeUndefined();
      expect(await resume(left)).toMatchObject({ status: 0 });
      expect(await endOf(left)).toEqual(await endOf(whole));
    }
  });
});

it('is saved by time too, which does not change the result', async () => {
  const run = join(folder, 'by-time');
  const save = vi.spyOn(CheckpointStore.prototype, 'save');
  expect(await train(run, '--set', 'training.checkpointMinutes=1e-9')).toMatchObject({ status: 0 });
  expect(save.mock.calls.map(([{ step }]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const { metrics, files } = (await endOf(run)) as { metrics: string; files: unknown };
  expect({ metrics, files }).toEqual({ metrics: readFileSync(join(whole, 'metrics.jsonl'), 'utf8'), files: (await readCheckpoint(checkpointOf(whole, 12))).files });
}); // prettier-ignore
