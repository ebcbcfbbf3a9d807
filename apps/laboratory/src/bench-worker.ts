import { createInterface } from 'node:readline';
import { findNativeInstallation } from '@hrm/runtime';
import { trainedParameters } from '@hrm/trainer';
import * as tf from '@tensorflow/tfjs-core';
import {
  benchTrainer,
  collectGarbage,
  MatmulSpeedMeter,
  preparePrecision,
  prepareProcess,
  randomBatch,
  startEngine,
  Terminal,
} from '@hrm/cli/internal';
import type { ContenderReply } from './bench/contenders/contender-reply';
import type { BenchJob } from './bench/contenders/our-contender';

// Our side of `hrm-lab bench`, in a process of its own: `node bench-worker.js JOB`. It answers each line on stdin with
// one line, in the same protocol as python/official_hrm.py.

prepareProcess();

const { sizes, backend, compile } = JSON.parse(process.argv[2]!) as BenchJob;
const answer = (reply: ContenderReply) => process.stdout.write(`${JSON.stringify(reply)}\n`);

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const terminal = new Terminal(true);
const engine = await preparePrecision(await startEngine(terminal, { backend, compile }), sizes, terminal);
const { model, trainer } = benchTrainer(sizes, engine);
const puzzles = randomBatch(sizes);
// As `hrm train` does before the first step.
collectGarbage();
let speedMeter: MatmulSpeedMeter | undefined;
const tensorflow = engine.backend.name === 'tensorflow' ? findNativeInstallation()?.tensorflow : undefined;
answer({
  ready: true,
  versions: { 'TensorFlow.js': tf.version_core, ...(tensorflow && { TensorFlow: tensorflow }) },
  parameters: Object.values(trainedParameters(model)).reduce((sum, { size }) => sum + size, 0),
});

for await (const line of createInterface({ input: process.stdin })) {
  const [request, ...numbers] = line.split(' ');
  try {
    answer(await respond(request!, numbers.map(Number)));
  } catch (error) {
    answer({ error: (error as Error).message });
  }
}

function inThrees(dimensions: number[]) {
  return Array.from({ length: dimensions.length / 3 }, (_, i) => {
    const [m, k, n] = dimensions.slice(3 * i) as [number, number, number];
    return { m, k, n };
  });
}

async function respond(request: string, [first, ...dimensions]: number[]): Promise<ContenderReply> {
  const repeat = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    while (times.length < first!) times.push(await secondsOf(work));
    return { seconds: times };
  };
  switch (request) {
    case 'train':
      return repeat(() => trainer.trainBatch(puzzles));
    case 'evaluate':
      return repeat(() => trainer.evaluate([puzzles]));
    case 'matmul':
      speedMeter ??= new MatmulSpeedMeter(sizes, inThrees(dimensions));
      return { gflops: speedMeter.measure(first! / (dimensions.length / 3)) };
    case 'memory':
      return { peakRssMib: Math.round(process.resourceUsage().maxRSS / 1024) };
    default:
      return { error: `unknown request "${request}"` };
  }
}
