import * as tf from '@tensorflow/tfjs-core';
import { runSegment, superviseSegment, type TokenLoss } from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { valueAndGradients } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { replaceParts } from '../../src/testing/replace-parts';
import { useBackend } from '../../../layers/test/backends';
import { freshCarry, haltingHead, numbers, qLearningNetwork, ScriptedHalting } from './scripted-halting';

beforeAll(() => useBackend('cpu'));

describe('the look-ahead', () => {
  it('gives the logits of the next segment, without gradient', () => {
    const network = qLearningNetwork(false);
    tf.tidy(() => {
      const { carry, lookAhead } = runSegment(network, freshCarry(network, 3), { training: true });
      const next = runSegment(network, carry);
      for (const name of ['halt', 'continue']) {
        expect(numbers(lookAhead[name]!)).toEqual(numbers(next.haltLogits[name]!));
      }
      const { gradients } = valueAndGradients(() => {
        const segment = runSegment(network, freshCarry(network, 3), { training: true });
        return { loss: tf.sum(segment.lookAhead['halt']!) as tf.Scalar, auxiliary: {} };
      }, [network.outputWeight, haltingHead(network).weight]);
      expect(gradients.flatMap(numbers).every((value) => value === 0)).toBe(true);
    });
    network.dispose();
  });

  it.for([
    { learnContinue: true, training: true, passes: 2 },
    { learnContinue: false, training: true, passes: 1 },
    { learnContinue: true, training: false, passes: 1 },
  ])(
    'takes $passes passes with learnContinue $learnContinue and training $training',
    ({ learnContinue, training, passes }) => {
      const network = qLearningNetwork(false, { learnContinue });
      let refinements = 0;
      const counting = replaceParts(network, { refine: (...args) => (refinements++, network.refine(...args)) });
      tf.tidy(() => void runSegment(counting, freshCarry(network, 2), { training }));
      expect(refinements).toBe(passes);
      network.dispose();
    },
  );

  it('is passed to the losses, or undefined where they need none', () => {
    const controller = new ScriptedHalting([9, 9, 9, 9]);
    const network = new ProbeNetwork(() => controller);
    const noLoss: TokenLoss = (logits) => tf.sum(tf.mul(0, logits), -1);
    tf.tidy(() => {
      for (const needsLookAhead of [false, true, 'own'] as const) {
        controller.needsLookAhead = needsLookAhead;
        const segment = runSegment(network, freshCarry(network, 4), { training: true });
        if (needsLookAhead === 'own')
          expect(numbers(segment.lookAhead['mean']!)).toEqual(numbers(segment.haltLogits['mean']!));
        superviseSegment(network, segment, noLoss);
        expect(Object.keys(controller.context!.lookAhead ?? {})).toEqual(needsLookAhead ? ['mean'] : []);
      }
    });
    network.dispose();
  });
});
