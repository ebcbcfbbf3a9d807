import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps } from '@hrm/act';
import { describeController } from '@hrm/act/testing';
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

// SwiftShader computes on the processor, slowly, so this takes one of each kind. The other parity cases and all layers,
// schedules and controllers of ours passed too.
describe.skipIf(!(await useSoftwareGpu('the model on WebGPU')))('on WebGPU', () => {
  beforeAll(() => backends[0]!.use());

  it('agrees with the official code', async () => {
    const before = inUse();
    const report = await replayParityCase(readParityCase(`${cases}/hrm-no-act`));
    expect(report.quantities.filter(({ outOfBounds }) => outOfBounds > 0)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(inUse()).toEqual(before);
  });

  it('learns, without reading values in the call and without leaks', async () => {
    const model = hrm({
      ...{ vocabSize: 4, seqLen: 4, hiddenSize: 16, hLayers: 1, lLayers: 1, block: mixerBlock() },
      schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
      halting: fixedSteps({ segments: 1 }),
    });
    const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 0.03, weightDecay: 0 }) });
    const inputs = Int32Array.from({ length: 32 }, (_, i) => 1 + ((i * 7 + (i >> 2)) % 3));
    const labels = inputs.map((token) => 1 + (token % 3));
    const batch = { inputs, labels, puzzleIdentifiers: new Int32Array(8), batchSize: 8, seqLen: 4 };
    const backend = tf.backend() as tf.KernelBackend & { tensorMap: { get(id: object): { values: unknown } } };
    const { readSync } = backend;
    backend.readSync = (id) => {
      if (!backend.tensorMap.get(id).values) throw new Error('a step reads values in the call, which stalls a GPU');
      return readSync.call(backend, id);
    };
    try {
      const losses: number[] = [];
      const used: object[] = [];
      for (let step = 1; step <= 8; step++) {
        losses.push((await trainer.trainBatch(batch)).metrics.tokenLoss!);
        if (step === 4 || step === 8) used.push(inUse());
      }
      expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
      expect(used[1]).toEqual(used[0]);
    } finally {
      backend.readSync = readSync;
      trainer.dispose();
      model.dispose();
    }
  });

  describeLayer('SwiGLU', (context) => new SwiGLU({ ...context, expansion: 2 }), { backends });
  describeSchedule('one step of gradient', () => oneStepGradient({ hCycles: 1, lCycles: 1 }), { backends });
  describeController('fixed steps', fixedSteps(2), { backends });
});
