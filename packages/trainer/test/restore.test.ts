import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import type { TrainerState } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { bitsOf, differences, free, train } from './compare-trainers';
import { reversalBatches, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

describe('restore', () => {
  const faults: [string, (state: TrainerState) => TrainerState, RegExp][] = [
    [
      'another optimizer',
      (state) => ({ ...state, optimizer: new Map() }),
      /saved optimizer state does not fit.*is missing/,
    ],
    ['no average', (state) => ({ ...state, ema: new Map() }), /saved average does not fit this run.*another config/],
    [
      'a part of the carry missing',
      (state) => ({ ...state, carry: without(state.carry, 'zH') }),
      /saved carry does not fit this run: "zH" is missing/,
    ],
    [
      'weights of another model',
      (state) => ({ ...state, weights: without(state.weights, 'outputHead.weight') }),
      /"outputHead.weight" is missing/,
    ],
    ['a broken random state', (state) => ({ ...state, random: [1, 2, 3, -4] }), /four unsigned 32-bit integers/],
  ];
  const without = (tensors: NamedHostTensors, name: string): NamedHostTensors =>
    new Map<string, HostTensor>([...tensors].filter(([other]) => other !== name));

  it.each(faults)('refuses %s, and changes nothing then', async (_, spoil, message) => {
    const [trainer, other] = [smallTrainer(smallTrm(0)), smallTrainer(smallTrm(1))];
    for (const one of [trainer, other]) await train(one, reversalBatches(2, { seed: trainer === one ? 0 : 1 }));
    const state = await other.state();
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();
    expect(() => trainer.restore(spoil(state))).toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    trainer.restore(state);
    expect(await differences(trainer, other)).toEqual([]);
    expect(tf.memory().numTensors).toBe(numTensors);
    free(trainer, other);
  });

  it('continues from a state that was saved before the first step', async () => {
    const [fresh, later] = [smallTrainer(smallTrm(0)), smallTrainer(smallTrm(1))];
    const state = await fresh.state();
    expect([state.step, state.carry.size]).toEqual([0, 0]);
    await train(later, reversalBatches(2));
    later.restore(state);
    for (const one of [fresh, later]) await train(one, reversalBatches(3));
    expect(await differences(fresh, later)).toEqual([]);
    free(fresh, later);
  });
});
