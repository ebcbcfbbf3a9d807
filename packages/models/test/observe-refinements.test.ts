import { admitPuzzles, initialCarry, puzzleTensors, runSegment } from '@hrm/act';
import { hrm, observeRefinements } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

test('an observed model computes the same, and reports each application in order', () => {
  const schedule = oneStepGradient({ hCycles: 2, lCycles: 2 });
  const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1, schedule });
  const applications: string[] = [];
  const seen: { zL: number[]; zH: number[] }[] = [];
  const read = ({ zL, zH }: { zL: tf.Tensor; zH: tf.Tensor }) => ({ zL: [...zL.dataSync()], zH: [...zH.dataSync()] });
  const observed = observeRefinements(model, (application, before, after) => {
    applications.push(application);
    // Each application begins where the one before ended, and moves one latent.
    if (seen.length > 0) expect(read(before)).toEqual(seen.at(-1));
    const [moved, kept] = application === 'fL' ? (['zL', 'zH'] as const) : (['zH', 'zL'] as const);
    expect(read(after)[moved]).not.toEqual(read(before)[moved]);
    expect(read(after)[kept]).toEqual(read(before)[kept]);
    seen.push(read(after));
  });
  const inputs = Int32Array.of(1, 2, 3);
  const puzzle = { inputs, labels: inputs, puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: 3 };
  const run = (network: typeof observed) => {
    const { carry, logits } = runSegment(
      network,
      admitPuzzles(network, initialCarry(network, 1), puzzleTensors(puzzle)),
    );
    return { logits: [...logits.dataSync()], latents: read(carry.latents) };
  };
  tf.tidy(() => {
    const result = run(observed);
    expect(result).toEqual(run(model));
    expect(result.latents).toEqual(seen.at(-1));
  });
  expect(applications).toEqual(['fL', 'fL', 'fH', 'fL', 'fL', 'fH']);
  expect(() => observeRefinements(model, 3 as never)).toThrow(
    'observeRefinements: onRefinement is the number 3, expected a function',
  );
});
