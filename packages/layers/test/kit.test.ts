import * as tf from '@tensorflow/tfjs-core';
import { expectShape, Linear, truncatedNormal, type BlockContext } from '@hrm/layers';
import { checkGradients, layerChecks, LayerSubject, PartFault, type TestableLayer } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

type Make = (context: BlockContext) => TestableLayer<tf.Tensor3D>;

/** A good layer with its output changed by `spoil`. */
const spoiled =
  (spoil: (y: tf.Tensor3D, layer: Linear, x: tf.Tensor3D) => tf.Tensor): Make =>
  ({ hiddenSize, random }) => {
    const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
    return {
      parameters: linear.parameters as { weight: tf.Variable },
      apply: (x) => tf.tidy(() => spoil(linear.apply(x), linear, x)),
    };
  };

/** A fault is a sentence, not a dump of the compared values. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(PartFault);
  const { message } = error as PartFault;
  expect(message).toMatch(/^[^\n]{30,400}$/);
  expect(message).not.toMatch(/toEqual|toBe|Object\.is|AssertionError/);
}

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

/** The checks, by a word of their titles, that a layer fails, and the message of the first. */
async function failures(make: Make): Promise<{ failed: string[]; fault: string }> {
  const subject = new LayerSubject(make);
  await subject.backends[0]!.use();
  const failed: string[] = [];
  let fault = '';
  for (const { title, check } of layerChecks) {
    try {
      await check(subject);
    } catch (error) {
      expectSentence(error);
      fault ||= (error as Error).message;
      failed.push(/shape,|sample|ShapeError|finite differences|leaks|copied|seed|backend/.exec(title)![0]);
    }
  }
  await useBackend('cpu');
  return { failed, fault };
}

const everyCheck = ['shape,', 'sample', 'ShapeError', 'finite differences', 'leaks', 'copied', 'seed', 'backend'];
const scale = (size: number) => tf.tidy(() => tf.ones([size]));

describe('the kit', () => {
  it('passes a good layer', async () => {
    expect((await failures(spoiled((y) => y))).failed).toEqual([]);
  });

  const broken: { [what: string]: [make: Make, checks: string[], fault: RegExp] } = {
    'drops a position': [
      spoiled((y) => tf.slice(y, [0, 1])),
      ['shape,'],
      /returns a tensor of shape \[1, 3, 8\], expected \[1, 4, 8\]: a block keeps/,
    ],
    'divides by zero': [
      spoiled((y) => tf.div(y, 0)),
      ['shape,', 'sample', 'finite differences', 'backend'],
      /not finite: likely a division by zero/,
    ],
    'averages over the batch': [
      spoiled((y) => tf.sub(y, tf.mean(y, 0, true))),
      ['sample'],
      /sample 0 differs in a batch of 3 .* likely a mean, sum or norm over axis 0/,
    ],
    'has a gradient 1% too large': [
      spoiled((y) => withGradient(y, 1.01)),
      ['finite differences'],
      /the gradient by input is (0\.99\d?|1|1\.0\d)% off .* likely a wrong custom gradient/,
    ],
    'has no gradient by its input': [
      spoiled((_, layer, x) => layer.apply(withGradient(x, 0) as tf.Tensor3D)),
      ['finite differences'],
      /no gradient reaches input .* likely withoutGradient or stopGradient around it/,
    ],
    'leaks a tensor': [
      spoiled((y) => (tf.keep(tf.scalar(1)), y)),
      ['leaks'],
      /apply leaves 1 tensor besides its output: wrap it in tf.tidy/,
    ],
    'adds something on WebAssembly': [
      spoiled((y) => (tf.getBackend() === 'wasm' ? tf.add(y, 0.01) : y)),
      ['backend'],
      /output differs between wasm and cpu, by up to 0.01: likely/,
    ],
    'takes any shape': [
      ({ random }) => {
        const scale = tf.tidy(() => tf.variable(truncatedNormal({ shape: [1], std: 1, random })));
        return { parameters: { scale }, apply: (x) => tf.mul(x, scale) };
      },
      ['ShapeError'],
      /accepts a tensor of shape \[1, 4, 9\] .*: start apply with expectShape/,
    ],
    'hides a parameter': [
      ({ hiddenSize, random }) => {
        const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
        const hidden = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
        const dispose = () => [linear, hidden].forEach((layer) => layer.parameters.weight.dispose());
        return { parameters: { linear }, apply: (x) => tf.tidy(() => hidden.apply(linear.apply(x))), dispose };
      },
      ['copied'],
      /uses values outside "parameters"/,
    ],
    'does not dispose a parameter': [
      ({ hiddenSize, random }) => {
        const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, bias: true, random });
        return {
          parameters: { linear },
          apply: (x) => linear.apply(x),
          dispose: () => linear.parameters.weight.dispose(),
        };
      },
      ['leaks'],
      /1 tensor left after the layer is disposed: likely a variable/,
    ],
    'starts from Math.random': [
      scaling((size) => Array.from({ length: size }, () => Math.random())),
      ['seed', 'backend'],
      /two layers from one seed start with different values of weight: draw all initial values from context.random/,
    ],
    'ignores its seed': [
      scaling((size) => Array.from({ length: size }, () => 1)),
      ['seed'],
      /the initial values do not depend on the seed: likely they are not drawn from context.random/,
    ],
    'is a function': [
      (() => () => undefined) as never,
      everyCheck,
      /is a function, expected an object with a method apply/,
    ],
    'holds a bare tensor': [
      ({ hiddenSize }) => ({ parameters: { scale: scale(hiddenSize) as never }, apply: (x) => tf.clone(x) }),
      everyCheck,
      /the layer threw TypeError: parameters: scale is a tensor of shape \[8\], expected a variable/,
    ],
    'returns nothing': [
      spoiled(() => undefined as never),
      everyCheck.filter((check) => check !== 'ShapeError'),
      /apply returns undefined, expected a tensor: likely a missing return/,
    ],
    'compares inside its gradient': [
      spoiled((y) => tf.mul(y, tf.cast(tf.greater(y, -100), 'float32'))),
      ['finite differences', 'leaks', 'backend'],
      /likely a comparison, argMax or cast, which have no gradient/,
    ],
    'uses what it has freed': [
      spoiled((y, _, x) => {
        const freed = tf.tidy(() => tf.mul(x, 1));
        freed.dispose();
        return tf.add(y, freed);
      }),
      everyCheck.filter((check) => check !== 'ShapeError'),
      /likely it uses a tensor that was freed: return it from tf.tidy/,
    ],
  };
  it.each(Object.entries(broken))('fails a layer that %s', async (_, [make, expected, message]) => {
    const { failed, fault } = await failures(make);
    expect(failed).toEqual(expected);
    expect(fault).toMatch(message);
  });
});

describe('checkGradients', () => {
  it('agrees with a derivative known by hand, and restores the values', () => {
    const x = tf.variable(tf.tensor1d([1, -2, 3]));
    const checks = checkGradients(() => tf.mul(x, tf.square(x)), { x });
    expect(checks.map(({ direction }) => direction)).toEqual(['gradient', 'random', 'random', 'random']);
    for (const { error } of checks) expect(error).toBeLessThan(1e-4);
    expect([...x.dataSync()]).toEqual([1, -2, 3]);
  });

  it('detects a dependence that the tape has lost', () => {
    const x = tf.variable(tf.tensor1d([1, -2, 3]));
    const lost = checkGradients(() => tf.tensor1d(x.dataSync()), { x });
    expect(lost.length).toBe(3);
    for (const { error } of lost) expect(error).toBeGreaterThan(1);
  });

  it('finds no gradient for an unused variable', () => {
    const x = tf.variable(tf.scalar(1));
    const unused = tf.variable(tf.tensor1d([1, 2]));
    for (const { name, byDifferences, error } of checkGradients(() => tf.square(x), { x, unused })) {
      if (name === 'unused') expect([byDifferences, error]).toEqual([0, 0]);
    }
  });
});
