import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { qLearningHalting } from '@hrm/act';
import { mixerBlock, SwiGLU } from '@hrm/layers';
import { describeLayer } from '@hrm/layers/testing';
import { hrm } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import { describeSchedule } from '@hrm/recursion/testing';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../../packages/runtime/test/software-gpu';
import { readParityCase } from '../src/parity/parity-case';
import { replayParityCase } from '../src/parity/replay-parity-case';

const cases = fileURLToPath(new URL('testdata/parity', import.meta.url));
const backends = (['webgpu', 'cpu'] as const).map((prefer) => ({
  name: prefer,
  use: async () => void (await selectBackend({ prefer })),
}));

/** Tensors, and bytes on the GPU. */
const inUse = () => {
  const { numTensors, numBytesInGPU } = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
  return { numTensors, numBytesInGPU };
};

/** Trains a small model with Q-learning: the metrics and the tensors in use of each step. */
async function train(prefer: 'webgpu' | 'cpu', steps: number) {
  await selectBackend({ prefer });
  const model = hrm({
    ...{ vocabSize: 4, seqLen: 4, hiddenSize: 16, hLayers: 1, lLayers: 1, block: mixerBlock() },
    schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
    halting: qLearningHalting({ maxSegments: 2 }),
  });
  const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 0.03, weightDecay: 0 }) });
  const inputs = Int32Array.from({ length: 32 }, (_, i) => 1 + ((i * 7 + (i >> 2)) % 3));
  const labels = inputs.map((token) => 1 + (token % 3));
  const batch = { inputs, labels, puzzleIdentifiers: new Int32Array(8), batchSize: 8, seqLen: 4 };
  const backend = tf.backend() as tf.KernelBackend & { tensorMap?: { get(id: object): { values: unknown } } };
  const { readSync } = backend;
  if (prefer === 'webgpu') {
    backend.readSync = (id) => {
      if (!backend.tensorMap!.get(id).values) throw new Error('a step reads values in the call, which stalls a GPU');
      return readSync.call(backend, id);
    };
  }
  try {
    const metrics: Record<string, number>[] = [];
    const used: object[] = [];
    for (let step = 0; step < steps; step++) {
      metrics.push({ ...(await trainer.trainBatch(batch)).metrics });
      used.push(inUse());
    }
    return { metrics, used };
  } finally {
    backend.readSync = readSync;
    trainer.dispose();
    model.dispose();
  }
}

// SwiftShader computes on the processor, slowly, so this takes one of each kind, and a controller in training instead
// of its kit. The other parity cases and all layers, schedules and controllers of ours passed too.
describe.skipIf(!(await useSoftwareGpu('the model on WebGPU')))('on WebGPU', () => {
  beforeAll(() => backends[0]!.use());

  it('agrees with the official code', async () => {
    const before = inUse();
    const report = await replayParityCase(readParityCase(`${cases}/hrm-no-act`));
    expect(report.quantities.filter(({ outOfBounds }) => outOfBounds > 0)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(inUse()).toEqual(before);
  });

  it('learns as on plain JavaScript, without reading values in the call and without leaks', async () => {
    const expected = await train('cpu', 4);
    const { metrics, used } = await train('webgpu', 4);
    metrics.forEach((step, i) => {
      expect(Object.keys(step)).toEqual(Object.keys(expected.metrics[i]!));
      for (const [name, value] of Object.entries(step)) expect(value, name).toBeCloseTo(expected.metrics[i]![name]!, 3);
    });
    expect(metrics[0]).toMatchObject({ tokenLoss: expect.any(Number), continueLoss: expect.any(Number) });
    expect(metrics.at(-1)!.tokenLoss!).toBeLessThan(0.9 * metrics[0]!.tokenLoss!);
    expect(used[3]).toEqual(used[2]);
  });

  describeLayer('SwiGLU', (context) => new SwiGLU({ ...context, expansion: 2 }), { backends });
  describeSchedule('one step of gradient', () => oneStepGradient({ hCycles: 1, lCycles: 1 }), { backends });
});
