import type { PuzzleBatch } from '@hrm/data';
import { fixedSteps } from '@hrm/act';
import { attentionBlock, RandomStream } from '@hrm/layers';
import { buildModel, hrm, trm, type Positions, type RecursiveReasoner } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import { adamAtan2, Trainer } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('wasm'));

const [rows, columns] = [2, 3];
const seqLen = rows * columns;

/** Grids in which each cell's answer is the cell below it, or on top in the last row. */
function batches(count: number): PuzzleBatch[] {
  const random = new RandomStream(0);
  return Array.from({ length: count }, () => {
    const inputs = Int32Array.from({ length: 16 * seqLen }, () => random.integer(0, 4));
    const labels = inputs.map((_, i) => inputs[i - (i % seqLen) + ((i + columns) % seqLen)]!);
    return { inputs, labels, puzzleIdentifiers: new Int32Array(16), batchSize: 16, seqLen };
  });
}

const sizes = { vocabSize: 4, seqLen, hiddenSize: 16, puzzleEmbedding: { puzzles: 1, size: 16 } };
const grid: Positions = { type: 'grid-rope', rows, columns };
const parts = { block: attentionBlock({ heads: 2 }), halting: fixedSteps(2) };
const schedule = oneStepGradient({ hCycles: 1, lCycles: 1 });

/** Token loss of the first step, and of the last on average. */
async function train(model: RecursiveReasoner, steps: number): Promise<[number, number]> {
  const trainer = new Trainer(model, {
    optimizer: adamAtan2({ learningRate: 0.01, weightDecay: 0.1 }),
    puzzleOptimizer: { learningRate: () => 0, update: ({ table }) => table.clone() },
  });
  const losses: number[] = [];
  for await (const { metrics } of trainer.train(batches(steps))) losses.push(metrics['tokenLoss']!);
  trainer.dispose();
  model.dispose();
  const last = losses.slice(-5);
  return [losses[0]!, last.reduce((sum, loss) => sum + loss, 0) / last.length];
}

describe('positions in a grid', () => {
  it('let a model learn which cell is below which', async () => {
    const [first, last] = await train(
      hrm({ ...sizes, ...parts, schedule, hLayers: 1, lLayers: 1, positions: grid }),
      60,
    );
    expect(first).toBeGreaterThan(1);
    expect(last).toBeLessThan(first / 2);
    // Without positions the puzzle is not to be solved: the cells are a set.
    const [, without] = await train(
      hrm({ ...sizes, ...parts, schedule, hLayers: 1, lLayers: 1, positions: 'none' }),
      60,
    );
    expect(last).toBeLessThan(0.8 * without);
  });

  it('are chosen in trm() or by one line of a config, and the model uses them', async () => {
    const losses = [];
    for (const positions of [grid, 'rope', { ...grid, rows: columns, columns: rows }] as const) {
      const [first] = await train(trm({ ...sizes, ...parts, schedule, layers: 1, positions }), 1);
      const [fromConfig] = await train(
        buildModel({
          family: 'trm',
          ...sizes,
          lLayers: 1,
          block: { type: 'attention', heads: 2 },
          schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
          halting: { type: 'fixed-steps', segments: 2 },
          positions: JSON.parse(JSON.stringify(positions)) as Positions,
        }),
        1,
      );
      expect(fromConfig).toBe(first);
      losses.push(first);
    }
    expect(new Set(losses).size).toBe(3);
  });
});
