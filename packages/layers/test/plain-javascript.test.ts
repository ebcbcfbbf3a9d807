import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  attentionBlock,
  convBlock,
  GeluMlp,
  AxisPooling,
  poolingBlock,
  graphAttentionBlock,
  GridConvolution,
  GridRotaryEmbedding,
  LearnedRmsNorm,
  Linear,
  mixerBlock,
  namedParameters,
  PositionEmbedding,
  PuzzleEmbedding,
  RandomStream,
  RotaryEmbedding,
  SwiGLU,
  TokenEmbedding,
  truncatedNormal,
  valueAndGradients,
} from '@hrm/layers';
import { expectFactory, expectIterable, expectOptions, expectPart, expectSizes } from '@hrm/layers/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** A value that the type checker would refuse. */
const js = (value: unknown) => value as never;
const random = new RandomStream(0);
const context = { hiddenSize: 8, seqLen: 3, random };

// prettier-ignore
const messages: [what: string, act: () => unknown, message: string][] = [
  ['Linear without options', () => new Linear(js(undefined)), 'Linear: got undefined, expected an object with options (inputSize, outputSize, bias, kind, random)'],
  ['Linear of numbers', () => new (Linear as unknown as new (a: number, b: number) => Linear)(4, 2), 'Linear: got the number 4, expected an object'],
  ['Linear without a size', () => new Linear(js({ inputSize: 4, random })), 'Linear: outputSize is undefined, expected a whole number of at least 1'],
  ['Linear of a size in words', () => new Linear(js({ inputSize: '4', outputSize: 2, random })), 'Linear: inputSize is the string "4", expected a whole number'],
  ['Linear without random', () => new Linear(js({ inputSize: 4, outputSize: 2 })), 'Linear: random is undefined, expected a RandomStream, such as random: new RandomStream(0)'],
  ['Linear with Math.random', () => new Linear(js({ inputSize: 4, outputSize: 2, random: Math.random })), 'Linear: random is the function random, expected a RandomStream'],
  ['SwiGLU without random', () => new SwiGLU(js({ hiddenSize: 4 })), 'SwiGLU: random is undefined'],
  ['SwiGLU without options', () => new SwiGLU(js(undefined)), 'SwiGLU: got undefined'],
  ['GeluMlp without a size', () => new GeluMlp(js({ random })), 'GeluMlp: hiddenSize is undefined'],
  ['TokenEmbedding without random', () => new TokenEmbedding(js({ vocabSize: 3, hiddenSize: 4 })), 'TokenEmbedding: random is undefined'],
  ['PositionEmbedding without a length', () => new PositionEmbedding(js({ hiddenSize: 4, random })), 'PositionEmbedding: seqLen is undefined'],
  ['PuzzleEmbedding without a size', () => new PuzzleEmbedding(js({ puzzles: 3, hiddenSize: 4 })), 'PuzzleEmbedding: size is undefined'],
  ['LearnedRmsNorm without a size', () => new LearnedRmsNorm(js({})), 'LearnedRmsNorm: size is undefined'],
  ['RotaryEmbedding without options', () => new RotaryEmbedding(js(null)), 'RotaryEmbedding: got null'],
  ['GridRotaryEmbedding without options', () => new GridRotaryEmbedding(js(undefined)), 'GridRotaryEmbedding: got undefined'],
  ['GridConvolution without options', () => new GridConvolution(js(undefined)), 'GridConvolution: got undefined, expected an object with options (hiddenSize, grid, '],
  ['GridConvolution without a grid', () => new GridConvolution(js({ hiddenSize: 8, random })), 'GridConvolution: grid: got undefined, expected an object with options (rows, columns)'],
  ['AxisPooling without axes', () => new AxisPooling(js({ hiddenSize: 8, random })), 'AxisPooling: axes is undefined'],
  ['pools without axes', () => poolingBlock(js({ pools: [[0]] }))(context), 'AxisPooling: axes is undefined'],
  ['a convolution without a grid', () => convBlock(js({})), 'convBlock: grid is missing'],
  ['relations without a grid', () => graphAttentionBlock(js({ relations: ['row'] }))(context), 'the relation "row" needs a grid'],
  ['no relations', () => graphAttentionBlock(js({}))(context), 'graphAttentionBlock: relations is missing or empty'],
  ['Attention without heads', () => new Attention(js({ hiddenSize: 8, random })), 'Attention: heads is undefined, expected a whole number of at least 1'],
  ['Attention without random', () => new Attention(js({ hiddenSize: 8, heads: 2 })), 'Attention: random is undefined'],
  ['truncatedNormal without random', () => truncatedNormal(js({ shape: [2], std: 1 })), 'truncatedNormal: random is undefined'],
  ['a block without a context', () => attentionBlock({ heads: 2 })(js(undefined)), 'attentionBlock: got undefined, expected an object with hiddenSize, seqLen and random'],
  ['a block with a table for rotary', () => mixerBlock()(js({ ...context, rotary: {} })), 'mixerBlock: rotary is an empty object, expected a function'],
  ['attentionBlock passed on, not called', () => (attentionBlock as unknown as (given: object) => unknown)(context), 'attentionBlock: got "hiddenSize", "seqLen", "random", which a model passes to its parts, expected options (heads, keyValueHeads, feedForward, expansion, innerSize, norm, learnedGain, normEpsilon); call it where you pass it to the model: attentionBlock({ ... })'],
  ['mixerBlock with a number', () => mixerBlock(js(4)), 'mixerBlock: got the number 4, expected an object with options'],
  ['a feed-forward factory that makes a class', () => mixerBlock({ feedForward: js(() => SwiGLU) })(context), 'block: what feedForward made is the function SwiGLU, expected an object with a method apply; did you forget to call it?'],
  ['a feed-forward layer in the place of its factory', () => mixerBlock({ feedForward: js(new SwiGLU({ hiddenSize: 8, random })) })(context), 'block: feedForward is an object of class SwiGLU, expected swiglu, gelu or a function'],
  ['a layer given an array', () => new Linear({ inputSize: 2, outputSize: 2, random }).apply(js([[1, 2]])), 'Linear: got an array of 1, expected a tensor of shape [..., 2]'],
  ['an embedding given an array', () => new TokenEmbedding({ vocabSize: 3, hiddenSize: 2, random }).apply(js([[1, 2]])), 'TokenEmbedding: got an array of 1, expected a tensor of shape [batch, seq]'],
  ['a layer given nothing', () => new SwiGLU({ hiddenSize: 2, random }).apply(js(undefined)), 'SwiGLU: got undefined, expected a tensor of shape [..., 2]'],
  ['a bare tensor among parameters', () => namedParameters(js({ parameters: { head: { scale: tf.ones([4]) } } })), 'parameters: head.scale is a tensor of shape [4], expected a variable: write tf.variable(tensor)'],
  ['a class among parameters', () => namedParameters(js({ parameters: { head: Linear } })), 'parameters: head is the function Linear, expected a layer; did you forget to call it?'],
  ['a factory in a list of layers', () => namedParameters(js({ parameters: { blocks: [mixerBlock()] } })), 'parameters: blocks.0 is a function, expected a layer'],
  ['a number among parameters', () => namedParameters(js({ parameters: { width: 3 } })), 'parameters: width is the number 3, expected a variable, a layer, or a list or tree of these'],
  ['nothing in the place of a layer', () => namedParameters(js(null)), 'parameters: got null, expected a variable'],
  ['a loss by itself', () => valueAndGradients(js(() => tf.scalar(1)), [tf.scalar(1)]), 'valueAndGradients: the function returned a tensor of shape [], expected { loss, auxiliary }'],
  ['a loss as a promise', () => valueAndGradients(js(async () => ({})), [tf.scalar(1)]), 'valueAndGradients: the function returned an object of class Promise'],
  ['gradients by a map', () => valueAndGradients(js(() => ({})), js(new Map())), 'withRespectTo is an object of class Map, expected a list of one or more tensors'],
  ['gradients by nothing', () => valueAndGradients(js(() => ({})), []), 'withRespectTo is an array of 0, expected a list of one or more'],
  ['gradients of a number', () => valueAndGradients(js(3), []), 'valueAndGradients: got the number 3, expected a function'],
  ['options as a list', () => expectOptions('mine', [], ['a']), 'mine: got an array of 0, expected an object with options (a)'],
  ['a number to go through', () => expectIterable('mine: batches', 3, 'a list of batches'), 'mine: batches is the number 3, expected a list of batches'],
  ['a part by half', () => expectPart('mine', { apply: () => 1 }, ['apply', 'draw']), 'mine is an object with apply, expected an object with the methods apply, draw (draw is missing)'],
  ['a part in words', () => expectFactory('mine: block', 'mixer', 'mixerBlock()'), 'mine: block is the string "mixer", expected a function that makes it when the model is made, such as mixerBlock()'],
];

describe('a program in plain JavaScript gets a clear message:', () => {
  it.each(messages)('%s', (_, act, message) => {
    const before = tf.memory().numTensors;
    let error: unknown;
    tf.tidy(() => {
      try {
        act();
      } catch (caught) {
        error = caught;
      }
    });
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(message);
    // Our message, not one of JavaScript's own.
    expect((error as Error).message).not.toMatch(/cannot (read|destructure|convert)|is not (a function|iterable)/i);
    expect(tf.memory().numTensors - before).toBeLessThan(10);
  });

  it('and a wrong size is a RangeError, a size of another type a TypeError', () => {
    expect(() => expectSizes('mine', { size: 0 })).toThrow(RangeError);
    expect(() => expectSizes('mine', js({ size: null }))).toThrow(TypeError);
    expectSizes('mine', { size: 3 });
  });

  it('and an undefined optional parameter is allowed', () => {
    expect(namedParameters(js({ parameters: { bias: undefined } })).size).toBe(0);
  });
});
