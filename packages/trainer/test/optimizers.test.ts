import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, type NamedTensors } from '@hrm/layers';
import {
  adamAtan2,
  adamW,
  addDecayedWeights,
  chain,
  scaleByLearningRate,
  signSgd,
  stateless,
  warmupCosine,
  type Optimizer,
  type OptimizerState,
} from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

type Numbers = { [name: string]: number[] };

/** Parameters of two shapes and ten steps of gradients of very different sizes, some of them zero. */
const random = new RandomStream(0);
const draw = (size: number, scale: number) => Array.from({ length: size }, () => scale * random.normal());
const start: Numbers = { weight: draw(6, 1), bias: draw(2, 0.1) };
const gradientsOfStep: Numbers[] = Array.from({ length: 10 }, (_, i) => ({
  weight: i === 4 ? new Array<number>(6).fill(0) : draw(6, 10 ** (i % 4) * 1e-3),
  bias: [0, ...draw(1, 1e-6)],
}));
const shapes: { [name: string]: number[] } = { weight: [2, 3], bias: [2] };

const asTensors = (numbers: Numbers): NamedTensors =>
  Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, tf.tensor(values, shapes[name]!)]));

/** The parameters after each step. */
function run(optimizer: Optimizer): Numbers[] {
  return tf.tidy(() => {
    let parameters = asTensors(start);
    let state = optimizer.init(parameters);
    return gradientsOfStep.map((gradients, i) => {
      const learningRate = tf.scalar(optimizer.learningRate(i + 1));
      const result = optimizer.update(asTensors(gradients), state, { parameters, learningRate });
      state = result.state;
      parameters = Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => [name, tf.add(parameter, result.updates[name]!)]),
      );
      return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [...value.dataSync()]]));
    }) as never;
  }) as Numbers[];
}

interface Reference {
  learningRate: (step: number) => number;
  weightDecay: number;
  beta1: number;
  beta2: number;
  /** What is taken away, times the learning rate. */
  direction: (m: number, v: number, correction1: number, correction2: number) => number;
}

/** The same, number by number in float64, decaying first as the official optimizers do. */
function reference({ learningRate, weightDecay, beta1, beta2, direction }: Reference): Numbers[] {
  const parameters = structuredClone(start);
  const moments = new Map(
    Object.values(parameters).map((values) => [values, values.map(() => [0, 0] as [number, number])]),
  );
  return gradientsOfStep.map((gradients, i) => {
    const t = i + 1;
    const rate = learningRate(t);
    for (const [name, values] of Object.entries(parameters)) {
      values.forEach((value, j) => {
        const gradient = gradients[name]![j]!;
        const moment = moments.get(values)![j]!;
        moment[0] = beta1 * moment[0] + (1 - beta1) * gradient;
        moment[1] = beta2 * moment[1] + (1 - beta2) * gradient ** 2;
        const decayed = value * (1 - rate * weightDecay);
        values[j] = decayed - rate * direction(...moment, 1 - beta1 ** t, 1 - beta2 ** t);
      });
    }
    return structuredClone(parameters);
  });
}

function expectEqual(got: Numbers[], expected: Numbers[]): void {
  expect(got.length).toBe(expected.length);
  got.forEach((parameters, i) => {
    for (const [name, values] of Object.entries(expected[i]!)) {
      values.forEach((value, j) =>
        expect(Math.abs(parameters[name]![j]! - value), `${name}[${j}] after step ${i + 1}`).toBeLessThan(2e-6),
      );
    }
  });
}

const atan2Direction: Reference['direction'] = (m, v, c1, c2) => Math.atan2(m, Math.sqrt(v) / Math.sqrt(c2)) / c1;
const adamDirection =
  (epsilon: number): Reference['direction'] =>
  (m, v, c1, c2) =>
    m / c1 / (Math.sqrt(v / c2) + epsilon);

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('adamAtan2 with its defaults', () => {
    const expected = reference({
      learningRate: () => 0.01,
      weightDecay: 0,
      beta1: 0.9,
      beta2: 0.95,
      direction: atan2Direction,
    });
    expectEqual(run(adamAtan2({ learningRate: 0.01 })), expected);
  });

  it('adamAtan2 with decay, other averages and a schedule', () => {
    const learningRate = warmupCosine({ learningRate: 0.02, warmupSteps: 3, totalSteps: 10, minRatio: 0.1 });
    const options = { learningRate, weightDecay: 0.7, beta1: 0.8, beta2: 0.99 };
    expectEqual(run(adamAtan2(options)), reference({ ...options, direction: atan2Direction }));
  });

  it('adamAtan2 takes equal steps whatever the scale of the loss', () => {
    const gradient = (scale: number) => {
      const optimizer = adamAtan2({ learningRate: 0.1 });
      return tf.tidy(() => {
        const parameters = { x: tf.zeros([3]) };
        const { updates } = optimizer.update(
          { x: tf.mul(tf.tensor1d([1, -2, 3]), scale) },
          optimizer.init(parameters),
          {
            parameters,
            learningRate: tf.scalar(0.1),
          },
        );
        return [...updates['x']!.dataSync()];
      });
    };
    gradient(1e-6).forEach((update, i) => expect(update).toBeCloseTo(gradient(1e6)[i]!, 6));
    // At the first step the corrected root is the gradient's size, and m a tenth of the gradient.
    gradient(1).forEach((update, i) => expect(update).toBeCloseTo([-1, 1, -1][i]! * Math.atan(0.1), 6));
  });

  it('adamW with decay', () => {
    const options = { learningRate: 0.003, weightDecay: 0.2, beta1: 0.9, beta2: 0.999 };
    expectEqual(
      run(adamW(options)),
      reference({ ...options, learningRate: () => 0.003, direction: adamDirection(1e-8) }),
    );
  });

  it('adamW with another epsilon', () => {
    const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 0.1 };
    expectEqual(
      run(adamW(options)),
      reference({ ...options, learningRate: () => 0.01, weightDecay: 0, direction: adamDirection(0.1) }),
    );
  });

  it('does not move a parameter whose gradients are all zero, or divide by it', () => {
    for (const optimizer of [adamAtan2({ learningRate: 0.1 }), adamW({ learningRate: 0.1 })]) {
      for (const { bias } of run(optimizer)) expect(bias![0]).toBeCloseTo(start['bias']![0]!, 7);
    }
  });
});

describe('chain', () => {
  beforeAll(() => useBackend('cpu'));

  it('passes the result of each stage to the next, and keeps their states apart', () => {
    tf.tidy(() => {
      const counting = {
        init: () => ({ whole: { calls: tf.scalar(0) } }),
        update: (updates: NamedTensors, { whole }: OptimizerState) => ({
          updates: { x: tf.mul(updates['x']!, 2) },
          state: { whole: { calls: tf.add(whole!['calls']!, 1) } },
        }),
      };
      const optimizer = chain(counting, addDecayedWeights(0.5), counting, scaleByLearningRate());
      const parameters = { x: tf.scalar(10) };
      const state = optimizer.init(parameters);
      expect(Object.values(state.stages!).map((stage) => Object.keys(stage))).toEqual([['whole'], [], ['whole'], []]);
      const next = optimizer.update({ x: tf.scalar(3) }, state, { parameters, learningRate: tf.scalar(0.1) });
      // ((3 * 2) + 0.5 * 10) * 2 * -0.1
      expect(next.updates['x']!.dataSync()[0]).toBeCloseTo(-2.2, 6);
      const calls = [0, 2].map((i) => next.state.stages![i]!.whole!['calls']!.dataSync()[0]);
      expect(calls).toEqual([1, 1]);
      expect(state.stages![0]!.whole!['calls']!.dataSync()[0], 'the old state is left alone').toBe(0);
    });
  });

  it('takes a stage of one function', () => {
    tf.tidy(() => {
      const clip = stateless((update) => tf.clipByValue(update, -1, 1));
      const context = { parameters: { x: tf.scalar(0) }, learningRate: tf.scalar(1) };
      const { updates } = chain(clip, scaleByLearningRate()).update({ x: tf.tensor1d([-5, 0.5]) }, {}, context);
      expect([...updates['x']!.dataSync()]).toEqual([1, -0.5]);
    });
  });
});

it.each([
  [{ beta1: 1 }, 'beta1 is 1'],
  [{ beta2: -0.1 }, 'beta2 is -0.1'],
  [{ beta1: Number.NaN }, 'beta1 is NaN'],
])('refuses decays that are out of range: %j', (wrong, message) => {
  expect(() => adamAtan2({ learningRate: 0.1, ...wrong })).toThrow(message);
  expect(() => adamW({ learningRate: 0.1, ...wrong })).toThrow(message);
});

it('refuses unknown options, and names the known ones', () => {
  const options = { learningRate: 0.1, decay: 1 } as never;
  const known = 'there is no option "decay", expected learningRate, weightDecay';
  for (const make of [adamAtan2, adamW, signSgd]) expect(() => make(options)).toThrow(`${make.name}: ${known}`);
  expect(() => adamAtan2({ learningRate: 0.1, epsilon: 1e-8 } as never)).toThrow('no option "epsilon"');
  expect(() => warmupCosine({ learningRate: 1, totalSteps: 5, warmup: 2 } as never)).toThrow('no option "warmup"');
});
