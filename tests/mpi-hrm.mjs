// `hrm`, started by mpi-training.test.ts as one of several ranks. As soon as the run has trained a step, rank 1 has the
// FAULT: kill, hang, throw, SIGTERM (which it alone gets) or SIGUSR2 (which the launcher gets). OTHER="--backend wasm" gives
// rank 1 other options.
import { existsSync, statSync, writeSync } from 'node:fs';

const { FAULT, OTHER, OMPI_COMM_WORLD_RANK: rank } = process.env;
const metrics = `${process.argv[process.argv.indexOf('--out') + 1]}/metrics.jsonl`;
const faults = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000),
  throw: () => {
    throw new Error('a fault of rank 1');
  },
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGUSR2: () => process.kill(process.ppid, 'SIGUSR2'),
};

if (rank === '1' && OTHER) process.argv.push(...OTHER.split(' '));
if (rank === '1' && FAULT) {
  const begun = existsSync(metrics) ? statSync(metrics).size : 0;
  const wait = setInterval(() => {
    if (!existsSync(metrics) || statSync(metrics).size <= begun) return;
    clearInterval(wait);
    // Only rank 0 prints.
    writeSync(2, `FAULT at ${Date.now()}\n`);
    faults[FAULT]();
  }, 5);
  wait.unref();
}
await import(new URL('../apps/reference-trainer/dist/hrm.js', import.meta.url).href);
