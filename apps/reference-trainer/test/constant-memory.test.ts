import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '@hrm/runtime';
import { uncompiled } from '@hrm/layers';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import { expect, it, onTestFinished } from 'vitest';
import { checkRunConfig } from '../src/config/load-run-config';
import { buildRunModel, buildTrainer } from '../src/run/building/build-run';
import { preparePuzzles } from '../src/run/puzzles/run-puzzles';
import { runTraining } from '../src/run/training/run-training';
import { Terminal } from '../src/terminal/terminal';
import { quickRun } from './quick-run';
import { tinyRun } from './tiny-run';

it('keeps the number of tensors constant over 1,000 steps, with evaluations and checkpoints', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await selectBackend({ prefer: 'wasm' });
  const steps = 1000;
  const training = { ...tinyRun.training, batchSize: 2, steps, evaluateEvery: 250, checkpointEvery: 100 };
  const config = checkRunConfig({ ...tinyRun, model: quickRun.model, training }, 'tiny');
  const puzzles = await preparePuzzles(config, undefined);
  const network = buildRunModel(config, puzzles.train.metadata);
  const trainer = buildTrainer(config, network, { totalSteps: steps, compile: uncompiled, takesParts: false });
  const trainBatch = trainer.trainBatch.bind(trainer);
  const counts: number[] = [];
  trainer.trainBatch = async (batch) => {
    const event = await trainBatch(batch);
    counts.push(tf.memory().numTensors);
    return event;
  };
  const before = tf.memory().numTensors;
  await runTraining({ run: join(folder, 'run'), config, puzzles, trainer, lastStep: steps, store: await CheckpointStore.open(join(folder, 'run')), record: {}, terminal: new Terminal(true) }); // prettier-ignore
  expect(counts).toHaveLength(steps);
  expect(new Set(counts).size).toBe(1);
  trainer.dispose();
  network.dispose();
  expect(tf.memory().numTensors).toBeLessThan(before);
}, 600_000);
