import type { ModelConfig } from '@hrm/models';
import { expect, it } from 'vitest';
import { fittingBatch } from '../src/run/building/fitting-batch';

const config = (block: ModelConfig['block']) => ({ block }) as ModelConfig;
const attention = config({ type: 'attention', heads: 8 });

it('takes as many puzzles as their arrays leave room for', () => {
  // The published models: mazes of 30x30, and Sudoku with a puzzle embedding of one and of 16 positions.
  const maze = fittingBatch({ hiddenSize: 512, latentPositions: 901, config: attention });
  expect(maze).toBeGreaterThanOrEqual(4);
  expect(maze * 8 * 901 ** 2 * 4).toBeLessThan(2 ** 29);
  for (const latentPositions of [82, 97]) {
    expect(fittingBatch({ hiddenSize: 512, latentPositions, config: attention })).toBeGreaterThan(200);
  }
  // Without attention, only the latents count.
  const mixer = { hiddenSize: 512, latentPositions: 901, config: config({ type: 'mixer' }) };
  expect(fittingBatch(mixer)).toBeGreaterThan(2 * maze);
  expect(fittingBatch({ ...mixer, config: undefined })).toBe(fittingBatch(mixer));
});

it('takes one puzzle at least', () => {
  expect(fittingBatch({ hiddenSize: 512, latentPositions: 20_000, config: attention })).toBe(1);
});
