import * as tf from '@tensorflow/tfjs-core';
import { mixerBlock, RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as recursion from '../src/index';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const js = (value: unknown) => value as never;
const context = { hiddenSize: 8, seqLen: 3, random: new RandomStream(0) };
const { ReasoningModule, RecursionCore } = recursion;
const good = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });

describe('a program in plain JavaScript gets a clear message:', () => {
  // prettier-ignore
  it.each<[string, () => unknown, string]>([
    ['a schedule without options', () => recursion.oneStepGradient(js(undefined)), 'oneStepGradient: got undefined, expected an object with options (hCycles, lCycles)'],
    ['a schedule of numbers', () => recursion.fullRecursion(js(2)), 'fullRecursion: got the number 2, expected an object with options'],
    ['a schedule without lCycles', () => recursion.unrolled(js({ hCycles: 2 })), 'unrolled: lCycles is undefined, expected a whole number of at least 1'],
    ['a schedule with null', () => recursion.equilibrium(js(null)), 'equilibrium: got null'],
    ['stages as an object', () => recursion.progressive({ stages: js({ from: 0 }) }), 'progressive: stages is an object with from, expected a list such as'],
    ['a schedule object for stages', () => recursion.progressive({ schedule: js({}) }), 'progressive: schedule is an empty object, expected a name'],
    ['a function that makes no schedule', () => recursion.progressive({ schedule: js(() => recursion.unrolled) }), 'progressive: the schedule of a stage is the function unrolled, expected an object with a method refine; did you forget to call it?'],
    ['a solver that is a function', () => recursion.equilibrium({ solver: js(recursion.anderson) }), 'equilibrium: solver is the function anderson, expected a name such as "anderson"'],
    ['no solver', () => recursion.equilibrium({ solver: js(null) }), 'equilibrium: solver is null'],
    ['a gradient that is a number', () => recursion.equilibrium({ gradient: js(1) }), 'equilibrium: gradient is the number 1, expected a name such as "implicit"'],
    ['a map that is none', () => recursion.solveFixedPoint(js(tf.zeros([1, 1])), tf.zeros([1, 1])), 'solveFixedPoint: got a tensor of shape [1, 1], expected a function of states'],
    ['a start that is none', () => recursion.solveFixedPoint((z) => z, js([[1]])), 'solveFixedPoint: got an array of 1, expected a tensor of shape [batch, n]'],
    ['a module without options', () => new ReasoningModule(js(undefined)), 'ReasoningModule: got undefined, expected an object with options (layers, block, context)'],
    ['a module without a block', () => new ReasoningModule(js({ layers: 1, context })), 'ReasoningModule: block is undefined, expected a function that makes it when the model is made, such as mixerBlock()'],
    ['a block in the place of its factory', () => new ReasoningModule(js({ layers: 1, context, block: mixerBlock()(context) })), 'ReasoningModule: block is an object of class MixerBlock, expected a function'],
    // A function's own `apply` would be called with a tensor for `this`.
    ['a factory that makes a factory', () => new ReasoningModule({ layers: 1, context, block: js(() => mixerBlock()) }), 'ReasoningModule: what block made is a function, expected an object with a method apply; did you forget to call it?'],
    ['a block without parameters', () => new ReasoningModule({ layers: 1, context, block: js(() => ({ apply() {} })) }), 'ReasoningModule: what block made has the parameters undefined, expected a tree of variables and layers, {} for none'],
    ['a block with a number for a parameter', () => new ReasoningModule({ layers: 1, context, block: js(() => ({ apply() {}, parameters: { scale: 3 } })) }), 'ReasoningModule: what block made has invalid parameters: scale is the number 3, expected a variable, a layer'],
    ['a factory that forgets to return', () => new ReasoningModule({ layers: 1, context, block: js(() => undefined) }), 'ReasoningModule: what block made is undefined, expected an object with a method apply'],
    ['mixerBlock passed on, not called', () => new ReasoningModule({ layers: 1, context, block: js(mixerBlock) }), 'call it where you pass it to the model: mixerBlock({ ... })'],
    ['a factory as a level', () => new RecursionCore(js(mixerBlock()), good()), 'RecursionCore: lowLevel is a function, expected an object with a method apply; did you forget to call it?'],
    ['one level alone', () => new RecursionCore(good(), js(undefined)), 'RecursionCore: highLevel is undefined, expected an object with a method apply'],
    ['chance from elsewhere', () => recursion.spectralRadius((z) => z, tf.zeros([1, 1]), { random: js(Math.random) }), 'spectralRadius: random is the function random, expected a RandomStream'],
  ])('%s', (_, act, message) => {
    expect(() => tf.tidy(() => void act())).toThrow(message);
  });
});
