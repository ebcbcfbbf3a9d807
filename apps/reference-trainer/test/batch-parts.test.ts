import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../src/config/run-config';
import { batchPartsOf } from '../src/run/building/build-run';
import { chooseBatchParts } from '../src/run/building/choose-batch-parts';

const network = (hiddenSize: number, seqLen: number) => ({ hiddenSize, seqLen, prefixLen: 1 });

describe('chooseBatchParts', () => {
  it.each([
    ['hidden 128, as measured', 128, 81, 128, { microBatch: 16, lanes: 2 }],
    ['27 million parameters, as measured', 512, 81, 32, { microBatch: 8, lanes: 1 }],
    ['a batch that fits whole', 64, 16, 64, { lanes: 2 }],
    ['an odd batch that fits whole', 64, 16, 63, {}],
    ['a sample that does not fit', 4096, 400, 8, { microBatch: 1, lanes: 1 }],
    ['a large batch that fits whole', 512, 16, 8, { lanes: 1 }],
    ['a batch that divides a little lower', 128, 81, 100, { microBatch: 10, lanes: 2 }],
    ['a batch without a fitting divisor', 128, 81, 127, {}],
  ])('%s', (_, hiddenSize, seqLen, batchSize, expected) => {
    expect(chooseBatchParts(network(hiddenSize, seqLen), batchSize)).toEqual(expected);
  });

  it('counts the positions of the latents, if there are more than tokens', () => {
    expect(chooseBatchParts({ ...network(64, 81), latentPositions: 729 }, 128)).toEqual({ microBatch: 4, lanes: 2 });
  });

  it('does not split a batch that a solver needs whole', () => {
    expect(chooseBatchParts({ ...network(128, 81), recordable: false }, 128)).toEqual({});
  });
});

describe('batchPartsOf', () => {
  const model = network(128, 81) as Parameters<typeof batchPartsOf>[1];
  const parts = (lines: { microBatch?: number; lanes?: number }, takesParts = true) =>
    batchPartsOf({ batchSize: 128, microBatch: 'auto', lanes: 'auto', ...lines }, model, { takesParts });

  it('chooses with auto, on a processor', () => {
    expect(parts({})).toEqual({ microBatch: 16, lanes: 2 });
    expect(parts({}, false)).toEqual({});
  });
  it('uses the values of the config', () => {
    expect(parts({ microBatch: 64 })).toEqual({ microBatch: 64, lanes: 1 });
    expect(parts({ lanes: 4 })).toEqual({ microBatch: 16, lanes: 4 });
    expect(parts({ lanes: 4 }, false)).toEqual({ microBatch: undefined, lanes: 4 });
  });
});

describe('the config lines microBatch and lanes', () => {
  const config = (lines: object) => ({
    name: 'run',
    task: { kind: 'sudoku', size: 4 },
    model: {
      hiddenSize: 8,
      block: { type: 'mixer' },
      schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
      halting: { type: 'q-learning' },
    },
    training: { batchSize: 8, steps: 1, learningRate: 1e-3, ...lines },
  });
  it('default to auto, or divide the batch', () => {
    expect(runConfigSchema.parse(config({})).training).toMatchObject({ microBatch: 'auto', lanes: 'auto' });
    const lines = { microBatch: 4, lanes: 2 };
    expect(runConfigSchema.parse(config(lines)).training).toMatchObject(lines);
  });
  it.each([3, 0, 16, 'all'])('refuse %s', (value) => {
    for (const name of ['microBatch', 'lanes']) {
      const result = runConfigSchema.safeParse(config({ [name]: value }));
      expect(result.success).toBe(false);
      expect(JSON.stringify(result.error?.issues)).toContain(name);
    }
  });
});
