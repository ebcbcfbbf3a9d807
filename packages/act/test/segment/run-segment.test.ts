import * as tf from '@tensorflow/tfjs-core';
import { runSegment, softmaxCrossEntropy, superviseSegment, type ReasoningNetwork } from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { ShapeError, valueAndGradients } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { replaceParts } from '../../src/testing/replace-parts';
import { useBackend } from '../../../layers/test/backends';
import { freshCarry, numbers, ScriptedHalting } from './scripted-halting';

beforeAll(() => useBackend('cpu'));

describe('runSegment', () => {
  it('counts segments, and halts in training the slots that the controller chooses', () => {
    const controller = new ScriptedHalting([1, 2, 3]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      let carry = freshCarry(network, 3);
      const halted: number[][] = [];
      for (let k = 0; k < 3; k++) {
        carry = runSegment(network, carry, { training: true }).carry;
        halted.push(numbers(carry.halted));
      }
      expect(halted).toEqual([
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
      ]);
      expect(numbers(carry.steps)).toEqual([3, 3, 3]);
      expect(controller.training).toBe(true);
    });
  });

  it('runs all slots to the last segment in evaluation', () => {
    const controller = new ScriptedHalting([1, 2, 3], 4);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      let carry = freshCarry(network, 3);
      for (const expected of [0, 0, 0, 1]) {
        carry = runSegment(network, carry).carry;
        expect(numbers(carry.halted)).toEqual([expected, expected, expected]);
      }
      expect(controller.training).toBe(false);
    });
  });

  it('halts early outside training if haltEarly is set, and not in training if it is false', () => {
    const network = new ProbeNetwork(() => new ScriptedHalting([1, 2, 1]));
    tf.tidy(() => {
      expect(numbers(runSegment(network, freshCarry(network, 3), { haltEarly: true }).carry.halted)).toEqual([1, 0, 1]);
      const held = runSegment(network, freshCarry(network, 3), { training: true, haltEarly: false });
      expect(numbers(held.carry.halted)).toEqual([0, 0, 0]);
    });
  });

  it('passes latents on without gradient, or with it if carryGradient is set', () => {
    const network = new ProbeNetwork(() => new ScriptedHalting([9, 9]));
    tf.tidy(() => {
      const x = tf.variable(network.outputWeight as tf.Tensor);
      const admitted = freshCarry(network, 2);
      const zH = tf.tile(tf.reshape(tf.sum(x, 1), [1, 1, 8]), [2, 5, 1]) as tf.Tensor3D;
      const through = (carryGradient: boolean) =>
        valueAndGradients(() => {
          const start = { ...admitted, latents: { ...admitted.latents, zH: tf.mul(zH, tf.sum(x)) as tf.Tensor3D } };
          const { carry } = runSegment(network, start, { training: true, carryGradient });
          return { loss: tf.sum(carry.latents.zH) as tf.Scalar, auxiliary: { zH: carry.latents.zH } };
        }, [x]);
      const [cut, kept] = [through(false), through(true)];
      expect(numbers(cut.auxiliary.zH)).toEqual(numbers(kept.auxiliary.zH));
      expect(numbers(cut.gradients[0]!).every((value) => value === 0)).toBe(true);
      expect(numbers(kept.gradients[0]!).every((value) => value !== 0)).toBe(true);
      x.dispose();
    });
    network.dispose();
  });

  it('embeds with the given rows of the puzzle embedding, or with those of the network', () => {
    const network = new ProbeNetwork(() => new ScriptedHalting([9, 9]));
    const rows = tf.ones<tf.Rank.R2>([2, 8]);
    let given: unknown;
    const withRows: ReasoningNetwork = replaceParts<ReasoningNetwork>(network, {
      puzzleRows: () => tf.zeros([2, 8]),
      embed: (puzzle, puzzleRows) => ((given = puzzleRows), network.embed(puzzle)),
    });
    tf.tidy(() => {
      runSegment(withRows, freshCarry(network, 2), { puzzleRows: rows });
      expect(given).toBe(rows);
      runSegment(withRows, freshCarry(network, 2));
      expect(numbers(given as tf.Tensor)).toEqual(new Array(16).fill(0));
    });
    rows.dispose();
    network.dispose();
  });

  it('keeps the carry of slots that rest, and does not change the others', () => {
    const network = new ProbeNetwork(() => new ScriptedHalting([1, 9]));
    tf.tidy(() => {
      const first = runSegment(network, freshCarry(network, 2), { training: true, rest: true });
      expect([numbers(first.active!), numbers(first.carry.halted)]).toEqual([
        [1, 1],
        [1, 0],
      ]);
      const goesOn = runSegment(network, first.carry, { training: true });
      const rests = runSegment(network, first.carry, { training: true, rest: true });
      expect(numbers(rests.active!)).toEqual([0, 1]);
      expect(numbers(rests.carry.steps)).toEqual([1, 2]);
      expect(numbers(goesOn.carry.steps)).toEqual([2, 2]);
      expect(numbers(rests.carry.halted)).toEqual([1, 0]);
      for (const level of ['zH', 'zL'] as const) {
        const [kept, moved, without] = [first, rests, goesOn].map(({ carry }) => tf.unstack(carry.latents[level]));
        expect(numbers(moved![0]!)).toEqual(numbers(kept![0]!));
        expect(numbers(moved![1]!)).toEqual(numbers(without![1]!));
        expect(numbers(without![0]!)).not.toEqual(numbers(kept![0]!));
      }
    });
    network.dispose();
  });

  it('passes draws to the schedule, and its regularizer and metrics to the losses', () => {
    const network = new ProbeNetwork(() => new ScriptedHalting([9, 9]));
    const withSchedule = replaceParts<ReasoningNetwork>(network, {
      refine(latents, x, draws) {
        const { latents: refined } = network.refine(latents, x);
        return {
          latents: refined,
          regularizer: tf.tensor1d([0.5, 0]),
          metrics: { drawn: draws!['own'] as tf.Tensor1D },
        };
      },
    });
    tf.tidy(() => {
      const draws = { own: tf.tensor1d([2, 3]) };
      const segment = runSegment(withSchedule, freshCarry(network, 2), { training: true, draws });
      const plain = runSegment(network, freshCarry(network, 2), { training: true, draws });
      const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
      const without = superviseSegment(network, plain, softmaxCrossEntropy);
      expect(metrics['drawn']!.total.dataSync()[0]).toBe(5);
      expect(total.dataSync()[0]! - without.total.dataSync()[0]!).toBeCloseTo(0.5, 5);
    });
    network.dispose();
  });

  it('refuses outputs that are not one value per slot, naming the controller', () => {
    const scripted = new ScriptedHalting([1, 1]);
    const network = new ProbeNetwork(() => scripted);
    tf.tidy(() => {
      const carry = freshCarry(network, 2);
      scripted.logits = () => ({ mean: tf.ones([2, 1]) });
      expect(() => runSegment(network, carry)).toThrow(ShapeError);
      expect(() => runSegment(network, carry)).toThrow('controller scripted, logit mean: got a tensor of shape [2, 1]');
      scripted.logits = () => ({});
      scripted.decide = () => ({ halted: tf.scalar(1, 'bool') as tf.Tensor as tf.Tensor1D, state: {} });
      expect(() => runSegment(network, carry)).toThrow('controller scripted, halted: got a tensor of shape []');
    });
    network.dispose();
  });
});
