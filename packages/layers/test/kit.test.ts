import * as tf from '@tensorflow/tfjs-core';
import { expectShape, Linear, truncatedNormal, type BlockContext } from '@hrm/layers';
import { checkGradients, layerChecks, LayerSubject, type TestableLayer } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

type Make = (context: BlockContext) => TestableLayer<tf.Tensor3D>;

/** A good layer, whose output is changed by `spoil`. */
const spoiled =
  (spoil: (y: tf.Tensor3D, layer: Linear, x: tf.Tensor3D) => tf.Tensor): Make =>
  ({ hiddenSize, random }) => {
    const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
    return {
      parameters: linear.parameters as { weight: tf.Variable },
      apply: (x) => tf.tidy(() => spoil(linear.apply(x), linear, x)),
    };
  };

/** The value of `x`, with `scale` times its gradient. */
const withGradient = (x: tf.Tensor, scale: number) =>
  tf.customGrad((...inputs) => ({
    value: tf.clone(inputs[0] as tf.Tensor),
    gradFunc: (dy) => tf.mul(dy, scale),
  }))(x);

/** A layer that multiplies by a vector. */
const scaling =
  (start: (size: number) => number[]): Make =>
  ({ hiddenSize }) => {
    const weight = tf.tidy(() => tf.variable(tf.tensor1d(start(hiddenSize))));
    return {
      parameters: { weight },
      apply(x) {
        expectShape('scaling', x, ['batch', 'seq', hiddenSize]);
        return tf.mul(x, weight);
      },
    };
  };

/** The checks, by a word of their titles, that a layer does not pass. */
async function failures(make: Make): Promise<string[]> {
  const subject = new LayerSubject(make);
  await subject.backends[0]!.use();
  const failed: string[] = [];
  for (const { title, check } of layerChecks) {
    try {
      await check(subject);
    } catch (error) {
      expect((error as Error).message).not.toBe('');
      failed.push(/shape,|sample|refuses|finite differences|leaks|copied|seed|backend/.exec(title)![0]);
    }
  }
  await useBackend('cpu');
  return failed;
}

describe('the kit', () => {
  it('passes a good layer', async () => {
    expect(await failures(spoiled((y) => y))).toEqual([]);
  });

  const broken: { [what: string]: [Make, string[]] } = {
    'drops a position': [spoiled((y) => tf.slice(y, [0, 1])), ['shape,']],
    'divides by zero': [spoiled((y) => tf.div(y, 0)), ['shape,', 'sample', 'finite differences', 'backend']],
    'averages over the batch': [spoiled((y) => tf.sub(y, tf.mean(y, 0, true))), ['sample']],
    'has a gradient 1% too large': [spoiled((y) => withGradient(y, 1.01)), ['finite differences']],
    'has no gradient by its input': [
      spoiled((_, layer, x) => layer.apply(withGradient(x, 0) as tf.Tensor3D)),
      ['finite differences'],
    ],
    'leaks a tensor': [spoiled((y) => (tf.keep(tf.scalar(1)), y)), ['leaks']],
    'adds something on WebAssembly': [spoiled((y) => (tf.getBackend() === 'wasm' ? tf.add(y, 0.01) : y)), ['backend']],
    'takes any shape': [
      ({ random }) => {
        const scale = tf.tidy(() => tf.variable(truncatedNormal({ shape: [1], std: 1, random })));
        return { parameters: { scale }, apply: (x) => tf.mul(x, scale) };
      },
      ['refuses'],
    ],
    'hides a parameter': [
      ({ hiddenSize, random }) => {
        const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
        const hidden = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
        const dispose = () => [linear, hidden].forEach((layer) => layer.parameters.weight.dispose());
        return { parameters: { linear }, apply: (x) => tf.tidy(() => hidden.apply(linear.apply(x))), dispose };
      },
      ['copied'],
    ],
    'forgets a parameter when it is disposed': [
      ({ hiddenSize, random }) => {
        const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, bias: true, random });
        return {
          parameters: { linear },
          apply: (x) => linear.apply(x),
          dispose: () => linear.parameters.weight.dispose(),
        };
      },
      ['leaks'],
    ],
    'starts from chance': [scaling((size) => Array.from({ length: size }, () => Math.random())), ['seed', 'backend']],
    'ignores its seed': [scaling((size) => Array.from({ length: size }, () => 1)), ['seed']],
  };
  it.each(Object.entries(broken))('fails a layer that %s', async (_, [make, expected]) => {
    expect(await failures(make)).toEqual(expected);
  });
});

describe('checkGradients', () => {
  it('agrees with a derivative known by hand, and puts the values back', () => {
    const x = tf.variable(tf.tensor1d([1, -2, 3]));
    const checks = checkGradients(() => tf.mul(x, tf.square(x)), { x });
    expect(checks.map(({ direction }) => direction)).toEqual(['gradient', 'random', 'random', 'random']);
    for (const { error } of checks) expect(error).toBeLessThan(1e-4);
    expect([...x.dataSync()]).toEqual([1, -2, 3]);
  });

  it('sees a dependence that the tape has lost', () => {
    const x = tf.variable(tf.tensor1d([1, -2, 3]));
    const lost = checkGradients(() => tf.tensor1d(x.dataSync()), { x });
    expect(lost.length).toBe(3);
    for (const { error } of lost) expect(error).toBeGreaterThan(1);
  });

  it('finds a variable that matters nowhere to have no gradient', () => {
    const x = tf.variable(tf.scalar(1));
    const unused = tf.variable(tf.tensor1d([1, 2]));
    for (const { name, byDifferences, error } of checkGradients(() => tf.square(x), { x, unused })) {
      if (name === 'unused') expect([byDifferences, error]).toEqual([0, 0]);
    }
  });
});
