/**
 * A run that the tests kill and start again: `node saving-program.mjs RUN STEPS`. Its weights are a chain of hashes, so
 * that a step made twice, left out or made from other weights shows in all that follow; its log has a line a step. Says
 * "saving" before each save, "saved STEP" after it, and "done" with the last weights at the end.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointStore } from '../../src/checkpoint/checkpoint-store';
import { MetricsLog } from '../../src/checkpoint/metrics-log';
import { RunLock } from '../../src/checkpoint/run-lock';

const [run = '', steps = '0'] = process.argv.slice(2);

const lock = await RunLock.acquire(run);
const warn = (message: string) => console.log(`warning: ${message}`);
const store = await CheckpointStore.open(run, { onWarning: warn });
const latest = await store.latest();
const { logLength } = (latest?.state ?? { logLength: 0 }) as { logLength: number };
const log = await MetricsLog.open(join(run, 'metrics.jsonl'), { length: logLength });

let step = latest?.step ?? 0;
let weights = (latest?.files.weights?.get('chain')?.data as Uint8Array | undefined) ?? new Uint8Array(32);
console.log(`from ${step}`);
while (step < Number(steps)) {
  // So that there is time outside of saves, too.
  await sleep(2);
  weights = new Uint8Array(createHash('sha256').update(weights).digest());
  step++;
  await log.append({ step, first: weights[0]! });
  if (step % 5 === 0) {
    await log.flush();
    console.log('saving');
    // Large enough that a save takes a while.
    const ballast = new Uint8Array(3 * 2 ** 20).fill(weights[1]!);
    await store.save({
      step,
      files: {
        weights: new Map([['chain', { dtype: 'uint8', shape: [32], data: weights }]]),
        ema: new Map([['ballast', { dtype: 'uint8', shape: [ballast.length], data: ballast }]]),
      },
      state: { logLength: log.length },
      metric: weights[2]!,
    });
    console.log(`saved ${step}`);
  }
}
await log.close();
await lock.release();
console.log(`done ${Buffer.from(weights).toString('hex')}`);
