/**
 * Trains for `--steps` steps as `hrm train` does, with evaluations and checkpoints, on `--backend` native, wasm or cpu, and
 * looks at the memory of the process on the way: at the end it may be 5% more than after a tenth of the steps.
 */
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import { loadRunConfig } from '../../apps/reference-trainer/src/config/load-run-config';
import { augmentationsOf, buildRunModel, buildTrainer } from '../../apps/reference-trainer/src/run/building/build-run';
import { makeTask } from '../../apps/reference-trainer/src/run/parts/make-part';
import { preparePuzzles } from '../../apps/reference-trainer/src/run/puzzles/run-puzzles';
import { runTraining } from '../../apps/reference-trainer/src/run/training/run-training';
import { startEngine } from '../../apps/reference-trainer/src/engine/engine';
import { Terminal } from '../../apps/reference-trainer/src/terminal/terminal';
import { recordFigures, tellProgress } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { workFolder } from '../src/soak-folder';
import { writeTinyConfig } from '../src/tiny-run';

const { steps, backend: prefer } = soakOptions({ steps: 20_000, backend: 'native' });
const folder = workFolder();
const engine = await startEngine(new Terminal(true), { backend: prefer as 'native' | 'wasm' | 'cpu', compile: 'xla' });
const { backend } = engine;
// As small as a model can be: what leaks, leaks at any size.
const training = { steps, batchSize: 2, evaluateEvery: 500, checkpointEvery: 100 };
const schedule = { type: 'one-step-gradient', hCycles: 1, lCycles: 1 };
const config = loadRunConfig(writeTinyConfig(folder, training, { hiddenSize: 8, puzzleEmbeddingSize: 8, schedule }));
const puzzles = await preparePuzzles(config, undefined);
const model = buildRunModel(config, puzzles.train.metadata);
const trainer = buildTrainer(config, model, { totalSteps: steps, ...engine });

/** Memory at a step, in MiB, when all garbage is gone. */
interface Sample {
  step: number;
  rss: number;
  heap: number;
  arrayBuffers: number;
  tensors: number;
}
const samples: Sample[] = [];
const sampleEvery = Math.max(1, Math.floor(steps / 200));

const trainBatch = trainer.trainBatch.bind(trainer);
trainer.trainBatch = async (batch) => {
  const event = await trainBatch(batch);
  if (event.step % sampleEvery === 0) {
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;
    samples.push({
      step: event.step,
      rss: mebibytes(rss),
      heap: mebibytes(heapUsed),
      arrayBuffers: mebibytes(arrayBuffers),
      tensors: tf.memory().numTensors,
    });
    tellProgress(() => JSON.stringify(samples.at(-1)));
  }
  return event;
};
await runTraining({
  run: join(folder, 'run'),
  config,
  puzzles,
  augment: augmentationsOf(config, makeTask(config)),
  trainer,
  lastStep: steps,
  store: await CheckpointStore.open(join(folder, 'run')),
  record: {},
  terminal: new Terminal(true),
});

/** The median of the samples of the last fifth before a step: one sample may catch the system between two breaths. */
function around(step: number, of: (sample: Sample) => number): number {
  const values = samples.filter((sample) => sample.step <= step && sample.step > step * 0.8).map(of).sort((a, b) => a - b); // prettier-ignore
  return values[values.length >> 1] ?? Number.NaN;
}

const [early, late] = [around(steps / 10, ({ rss }) => rss), around(steps, ({ rss }) => rss)];
const tensors = new Set(samples.map((sample) => sample.tensors));
const ratio = late / early;
recordFigures(`memory-${backend.name}`, {
  held: ratio <= 1.05 && tensors.size === 1,
  summary:
    `${backend.name}: ${early.toFixed(0)} MiB after ${steps / 10} steps, ${late.toFixed(0)} MiB after ${steps} ` +
    `(${ratio.toFixed(3)} of it); tensors ${[...tensors].join(', ')}`,
  ratio,
  samples: samples.filter((_, i) => i % 10 === 9),
});
process.exit();
