import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, initialCarry, admitPuzzles, puzzleTensors, runSegment } from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

describe('fixedSteps', () => {
  it.each([1, 3])('gives every puzzle %d segments', (segments) => {
    const network = new ProbeNetwork(fixedSteps(segments));
    tf.tidy(() => {
      const batch = puzzleTensors(network.puzzles(2, new RandomStream(0)));
      let carry = initialCarry(network, 2);
      for (let k = 1; k <= 2 * segments; k++) {
        carry = runSegment(network, admitPuzzles(network, carry, batch), { training: true }).carry;
        expect([...carry.halted.dataSync()]).toEqual(k % segments === 0 ? [1, 1] : [0, 0]);
      }
    });
    network.dispose();
  });

  it('takes options as a config file has them', () => {
    const context = { hiddenSize: 4, random: new RandomStream(0) };
    expect(fixedSteps({ segments: 5 })(context).maxSegments).toBe(5);
    expect(() => fixedSteps(0)(context)).toThrow('fixedSteps: segments is 0, expected a whole number of at least 1');
  });
});
