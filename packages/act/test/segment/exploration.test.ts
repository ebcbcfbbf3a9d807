import * as tf from '@tensorflow/tfjs-core';
import { runSegment } from '@hrm/act';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../../layers/test/backends';
import { freshCarry, numbers, qLearningNetwork } from './scripted-halting';

beforeAll(() => useBackend('cpu'));

describe('exploration of Q-learning', () => {
  it('runs a slot that explores for the number of segments it drew', () => {
    const network = qLearningNetwork(true, { exploration: 0.25 });
    tf.tidy(() => {
      const draws = {
        exploreUniform: tf.tensor1d([0.2, 0.2, 0.25, 0.9]),
        exploreMinSteps: tf.tensor1d([2, 4, 5, 5], 'int32'),
      };
      let carry = freshCarry(network, 4);
      const halted: number[][] = [];
      for (let k = 0; k < 4; k++) {
        carry = runSegment(network, carry, { training: true, draws }).carry;
        halted.push(numbers(carry.halted));
      }
      expect(halted).toEqual([
        [0, 0, 1, 1],
        [1, 0, 1, 1],
        [1, 0, 1, 1],
        [1, 1, 1, 1],
      ]);
    });
    network.dispose();
  });

  it('chooses as many slots as the option says, and draws for each from 2 segments to the last', () => {
    const network = qLearningNetwork(true, { exploration: 0.25, maxSegments: 6 });
    const draws = network.halting.draw!(new RandomStream(0), 4000);
    const uniform = [...draws['exploreUniform']!];
    const minSteps = [...draws['exploreMinSteps']!];
    expect(new Set(minSteps)).toEqual(new Set([2, 3, 4, 5, 6]));
    const explorers = uniform.filter((u) => u < 0.25).length / 4000;
    // Four standard deviations.
    expect(Math.abs(explorers - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 4000));
    network.dispose();
  });

  it('does not happen with a single segment, nor does the look-ahead', () => {
    const network = qLearningNetwork(false, { maxSegments: 1 });
    expect(network.halting.draw!(new RandomStream(0), 4)).toEqual({});
    expect(network.halting.needsLookAhead).toBe(false);
    tf.tidy(() => {
      expect(numbers(runSegment(network, freshCarry(network, 2), { training: true }).carry.halted)).toEqual([1, 1]);
    });
    network.dispose();
  });
});
