import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../src/config/run-config';
import { chooseMicroBatch } from '../src/run/choose-micro-batch';

const network = (hiddenSize: number, seqLen: number) => ({ hiddenSize, seqLen, prefixLen: 1 });

describe('chooseMicroBatch', () => {
  it.each([
    ['hidden 128, as measured', 128, 81, 128, 32],
    ['27 million parameters, as measured', 512, 81, 32, 8],
    ['a batch that fits whole', 64, 16, 64, 64],
    ['a sample that does not fit', 4096, 400, 8, 1],
    ['a batch that divides a little lower', 128, 81, 100, 25],
    ['a batch without a fitting divisor', 128, 81, 127, undefined],
  ])('%s', (_, hiddenSize, seqLen, batchSize, expected) => {
    expect(chooseMicroBatch(network(hiddenSize, seqLen), batchSize)).toBe(expected);
  });

  it('leaves a batch whole that a solver looks at', () => {
    expect(chooseMicroBatch({ ...network(128, 81), recordable: false }, 128)).toBeUndefined();
  });
});

describe('the config line microBatch', () => {
  const config = (microBatch: unknown) => ({
    name: 'run',
    task: { kind: 'sudoku', size: 4 },
    model: {
      hiddenSize: 8,
      block: { type: 'mixer' },
      schedule: { type: 'one-step-gradient' },
      halting: { type: 'q-learning' },
    },
    training: { batchSize: 8, steps: 1, learningRate: 1e-3, ...(microBatch !== undefined && { microBatch }) },
  });
  it('is as many as fit where nothing is said, or a divisor of the batch', () => {
    expect(runConfigSchema.parse(config(undefined)).training.microBatch).toBe('auto');
    expect(runConfigSchema.parse(config(4)).training.microBatch).toBe(4);
  });
  it.each([3, 0, 16, 'all'])('refuses %s', (microBatch) => {
    const result = runConfigSchema.safeParse(config(microBatch));
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).toContain('microBatch');
  });
});
