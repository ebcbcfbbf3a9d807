import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleTensors, runSegment } from '@hrm/act';
import { buildModel, loadModel, saveModel, type ModelConfig, type RecursiveReasoner } from '@hrm/models';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bfloat16OnCpu } from '../../layers/test/bfloat16-on-cpu';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const config: ModelConfig = {
  family: 'hrm',
  ...{ vocabSize: 5, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 },
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'q-learning', maxSegments: 1 },
};

describe('a model in bfloat16', () => {
  let kernel: ReturnType<typeof bfloat16OnCpu>;
  beforeEach(() => {
    kernel = bfloat16OnCpu();
  });
  afterEach(() => kernel.remove());

  /** Products in bfloat16 of one segment. */
  const productsOf = (model: RecursiveReasoner) => {
    const before = kernel.products();
    const puzzle = { inputs: [1, 2, 3, 4], labels: [1, 2, 3, 4], puzzleIdentifiers: [0], batchSize: 1, seqLen: 4 };
    tf.tidy(() => {
      const offered = puzzleTensors({
        ...puzzle,
        inputs: Int32Array.from(puzzle.inputs),
        labels: Int32Array.from(puzzle.labels),
        puzzleIdentifiers: Int32Array.from(puzzle.puzzleIdentifiers),
      });
      runSegment(model, { ...initialCarry(model, 1), puzzle: offered }, { training: false });
    });
    return kernel.products() - before;
  };

  it('multiplies in it in f_L, f_H and the output head, and not in the halting head', () => {
    const model = buildModel({ ...config, precision: 'bfloat16' });
    // Each level is a block of two SwiGLUs of two products.
    expect(productsOf(model)).toBe(2 * 4 + 1);
    model.dispose();
  });

  it('is no default', () => {
    const model = buildModel(config);
    expect(model.precision).toBe('float32');
    expect(productsOf(model)).toBe(0);
    model.dispose();
  });

  it('stays so in a file, with its weights in float32', async () => {
    const model = buildModel({ ...config, precision: 'bfloat16' });
    const weight = model.parameters['outputHead'] as unknown as { parameters: { weight: tf.Variable } };
    expect(weight.parameters.weight.dtype).toBe('float32');
    const read = loadModel(await saveModel(model));
    expect(read.precision).toBe('bfloat16');
    expect(productsOf(read)).toBe(9);
    model.dispose();
    read.dispose();
  });
});
