import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, type Block } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReasoningModule } from '../src/index';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const context = { hiddenSize: 2, seqLen: 1, random: new RandomStream(0) };
const vector = (...values: number[]) => tf.tensor3d(values, [1, 1, 2]);
const twice: Block = { parameters: {}, apply: (hidden) => tf.mul(2, hidden) };
/** Keeps the latent, and adds ten times what is injected. */
const apart: Block = { ...twice, inject: (latent, injection) => tf.add(latent, tf.mul(10, injection)) };

describe('ReasoningModule', () => {
  it.each<[string, Block, number[]]>([
    ['applies its blocks to the sum of latent and injection', twice, [4 * 11, 4 * 22]],
    ['gives them apart to a first block with inject; later blocks get the hidden states', apart, [2 * 101, 2 * 202]],
  ])('%s', (_, block, expected) => {
    const before = tf.memory().numTensors;
    const module = new ReasoningModule({ layers: 2, block: () => block, context });
    const values = tf.tidy(() => [...module.apply(vector(1, 2), vector(10, 20)).dataSync()]);
    expect(values).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses more than 1,000 blocks before it makes one', () => {
    let made = 0;
    const block = () => {
      made++;
      return twice;
    };
    expect(() => new ReasoningModule({ layers: 1_000_000, block, context })).toThrow(
      'ReasoningModule: layers is 1000000, expected a whole number from 1 to 1000',
    );
    expect(made).toBe(0);
  });

  it('refuses a block whose inject changes the shape', () => {
    const wide: Block = { ...twice, inject: (latent) => tf.concat([latent, latent], 2) };
    const module = new ReasoningModule({ layers: 1, block: () => wide, context });
    expect(() => tf.tidy(() => module.apply(vector(1, 2), vector(1, 2)))).toThrow('block 0 of a ReasoningModule');
  });
});
