import * as tf from '@tensorflow/tfjs-core';
import {
  countParameters,
  disposeParameters,
  expectShape,
  Linear,
  namedParameters,
  RandomStream,
  ShapeError,
  SwiGLU,
} from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

const linear = (seed = 0) => new Linear({ inputSize: 2, outputSize: 3, bias: true, random: new RandomStream(seed) });

describe('namedParameters', () => {
  it('names parameters by their path through layers, lists and trees, in order', () => {
    const own = tf.tidy(() => tf.variable(tf.zeros([4])));
    const root = {
      parameters: { head: linear(), blocks: [linear(1), { parameters: { deep: linear(2) } }], tree: { own } },
    };
    expect([...namedParameters(root).keys()]).toEqual([
      'head.weight',
      'head.bias',
      'blocks.0.weight',
      'blocks.0.bias',
      'blocks.1.deep.weight',
      'blocks.1.deep.bias',
      'tree.own',
    ]);
    expect(countParameters(root)).toBe(3 * 9 + 4);
    disposeParameters(root);
    expect(own.isDisposed).toBe(true);
  });

  it('lists a shared parameter once, under its first name', () => {
    const shared = linear();
    const root = { parameters: { lowLevel: shared, highLevel: { parameters: { inner: shared } } } };
    expect([...namedParameters(root).keys()]).toEqual(['lowLevel.weight', 'lowLevel.bias']);
    expect(countParameters(root)).toBe(9);
    disposeParameters(root);
  });

  it('also takes a tree', () => {
    const layer = linear();
    expect([...namedParameters({ a: layer }).keys()]).toEqual(['a.weight', 'a.bias']);
    disposeParameters(layer);
  });
});

it('disposeParameters frees all tensors of a layer', () => {
  const before = tf.memory().numTensors;
  const layers = [linear(), new SwiGLU({ hiddenSize: 4, random: new RandomStream(0) })];
  expect(tf.memory().numTensors - before).toBe(4);
  layers.forEach(disposeParameters);
  expect(tf.memory().numTensors).toBe(before);
});

describe('expectShape', () => {
  it('takes a string for any size', () => {
    tf.tidy(() => {
      expectShape('mine', tf.zeros([2, 3]), ['batch', 3]);
      expectShape('mine', tf.zeros([7, 3]), ['batch', 3]);
    });
  });

  it.each([[[2, 4]], [[3]], [[2, 3, 1]]])(
    'refuses %j and names the layer, the expected and the actual shape',
    (shape) => {
      const check = () => tf.tidy(() => expectShape('mine', tf.zeros(shape), ['batch', 3], 'a hint'));
      expect(check).toThrow(ShapeError);
      expect(check).toThrow(`mine: got a tensor of shape [${shape.join(', ')}], expected [batch, 3]; a hint`);
      try {
        check();
      } catch (error) {
        expect(error).toMatchObject({ name: 'ShapeError', layer: 'mine', expected: ['batch', 3], got: shape });
      }
    },
  );
});
