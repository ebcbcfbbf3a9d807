import * as tf from '@tensorflow/tfjs-core';
import { disposeParameters, gelu, GeluMlp, Linear, RandomStream, SwiGLU } from '@hrm/layers';
import { swigluInnerSize } from '@hrm/layers/internal';
import { checkGradients } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

describe('swigluInnerSize', () => {
  it.each([
    // hidden, expansion, inner
    [512, 4, 1536],
    [128, 4, 512],
    [96, 4, 256],
    [97, 4, 512],
    [64, 4, 256],
    [1, 4, 256],
    [81, 4, 256],
    [916, 4, 2560],
    // Exactly 256.5 rounds to the even 256, as in Python.
    [384.75, 1, 256],
    // And 257.5 rounds to 258.
    [386.25, 1, 512],
  ])('of %d at expansion %d is %d', (hiddenSize, expansion, inner) => {
    expect(swigluInnerSize(hiddenSize, expansion)).toBe(inner);
  });
});

describe('innerSize', () => {
  it('is the exact inner width, which expansion is not', () => {
    const given = { hiddenSize: 4, innerSize: 6, expansion: 3, random: new RandomStream(0) };
    const layers = [new SwiGLU(given), new GeluMlp(given)];
    const inner = layers.map(({ parameters: { down } }) => down.parameters.weight.shape[0]);
    expect(inner).toEqual([6, 6]);
    expect(() => new SwiGLU({ ...given, innerSize: 0 })).toThrow('SwiGLU: innerSize is 0');
    expect(() => new GeluMlp({ ...given, innerSize: 1.5 })).toThrow('GeluMlp: innerSize is 1.5');
    layers.forEach(disposeParameters);
  });
});

describe('SwiGLU', () => {
  it('is down(silu(gate x) * (up x)), gate first', () => {
    const layer = new SwiGLU({ hiddenSize: 4, random: new RandomStream(0) });
    const { gateUp, down } = layer.parameters;
    const x = [0.5, -1, 2, 0.1];
    const weights = gateUp.parameters.weight.arraySync();
    const inner = weights[0]!.map((_, column) =>
      x.reduce((sum, value, row) => sum + value * weights[row]![column]!, 0),
    );
    const half = inner.length / 2;
    const gated = Array.from({ length: half }, (_, i) => (inner[i]! / (1 + Math.exp(-inner[i]!))) * inner[half + i]!);
    const downWeights = down.parameters.weight.arraySync();
    const expected = x.map((_, column) =>
      gated.reduce((sum, value, row) => sum + value * downWeights[row]![column]!, 0),
    );
    const got = tf.tidy(() => layer.apply(tf.tensor1d(x)).dataSync());
    expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
    disposeParameters(layer);
  });

  it('works along the last axis for any rank, and names itself when it refuses a width', () => {
    const layer = new SwiGLU({ hiddenSize: 4, random: new RandomStream(0) });
    expect(tf.tidy(() => layer.apply(tf.ones([2, 3, 2, 4])).shape)).toEqual([2, 3, 2, 4]);
    expect(() => layer.apply(tf.ones([2, 5]))).toThrow('SwiGLU: got a tensor of shape [2, 5], expected [2, 4]');
    disposeParameters(layer);
  });
});

describe('gelu', () => {
  const points = Array.from({ length: 121 }, (_, i) => (i - 60) / 10);

  it('is the tanh form', () => {
    const got = tf.tidy(() => gelu(tf.tensor1d(points)).dataSync());
    points.forEach((x, i) => {
      const expected = (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
      expect(got[i]).toBeCloseTo(expected, 5);
    });
  });

  it('is within 5e-4 of the exact form', () => {
    const [approximate, exact] = tf.tidy(() => {
      const x = tf.tensor1d(points);
      return [gelu(x).dataSync(), tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))).dataSync()];
    });
    expect(Math.max(...points.map((_, i) => Math.abs(approximate![i]! - exact![i]!)))).toBeLessThan(5e-4);
  });

  it('has the gradient of finite differences at every point', () => {
    for (const at of [-3, -1, -0.1, 0, 0.5, 2, 4]) {
      const x = tf.variable(tf.scalar(at));
      for (const { error } of checkGradients(() => gelu(x), { x }, { step: 0.003 })) expect(error).toBeLessThan(2e-3);
      x.dispose();
    }
  });
});

describe('GeluMlp', () => {
  it('is down(gelu(up x)) with the inner width of its expansion', () => {
    const layer = new GeluMlp({ hiddenSize: 6, expansion: 1.5, random: new RandomStream(0) });
    const { up, down } = layer.parameters;
    expect(up.parameters.weight.shape).toEqual([6, 9]);
    tf.tidy(() => {
      const x = tf.linspace(-2, 2, 6);
      expect([...layer.apply(x).dataSync()]).toEqual([...down.apply(gelu(up.apply(x))).dataSync()]);
    });
    expect(() => layer.apply(tf.ones([2, 5]))).toThrow('GeluMlp: got a tensor of shape [2, 5], expected [2, 6]');
    disposeParameters(layer);
  });
});

describe('Linear', () => {
  it('is x W + b', () => {
    const layer = new Linear({ inputSize: 2, outputSize: 3, bias: true, random: new RandomStream(0) });
    const { weight, bias } = layer.parameters;
    tf.tidy(() => {
      weight.assign(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
      bias!.assign(tf.tensor1d([10, 20, 30]));
      expect(
        layer
          .apply(
            tf.tensor3d([
              [
                [1, 1],
                [1, 0],
              ],
            ]),
          )
          .arraySync(),
      ).toEqual([
        [
          [15, 27, 39],
          [11, 22, 33],
        ],
      ]);
    });
    disposeParameters(layer);
  });
});
