import * as tf from '@tensorflow/tfjs-core';
import {
  attentionBlock,
  disposeParameters,
  Linear,
  mixerBlock,
  namedParameters,
  RandomStream,
  rmsNorm,
  RotaryEmbedding,
  type AttentionBlockOptions,
  type Block,
  type BlockContext,
  type FeedForward,
  type MixerBlockOptions,
} from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** A block with its layers by name; each keeps the shape of its input. */
type BlockWith<Names extends string> = Block & { readonly parameters: Readonly<Record<Names, FeedForward>> };

const hiddenSize = 8;
const seqLen = 5;
const context = (more: Partial<BlockContext> = {}): BlockContext => ({
  hiddenSize,
  seqLen,
  random: new RandomStream(0),
  ...more,
});

const random = new RandomStream(5);
const values = Array.from({ length: 2 * seqLen * hiddenSize }, () => random.normal());
const input = () => tf.tensor3d(values, [2, seqLen, hiddenSize]);

function expectEqual(block: Block, expected: (x: tf.Tensor3D) => tf.Tensor): void {
  tf.tidy(() => {
    const x = input();
    expect([...block.apply(x).dataSync()]).toEqual([...expected(x).dataSync()]);
  });
  disposeParameters(block);
}
const add = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.add<tf.Tensor3D>(a, b);

/** Gives every gain of a block a value of its own. */
function spreadGains(block: Block): void {
  tf.tidy(() => {
    for (const [name, parameter] of namedParameters(block)) {
      if (name.endsWith('.gain')) parameter.assign(tf.linspace(0.5, 2, parameter.size));
    }
  });
}

describe('attentionBlock', () => {
  const make = (options: Partial<AttentionBlockOptions> = {}, more: Partial<BlockContext> = {}) =>
    attentionBlock({ heads: 2, ...options })(context(more)) as BlockWith<'attention' | 'feedForward'>;

  it('normalises after each addition by default, as HRM', () => {
    const block = make();
    const { attention, feedForward } = block.parameters;
    expectEqual(block, (x) => {
      const attended = rmsNorm(add(x, attention.apply(x)));
      return rmsNorm(add(attended, feedForward.apply(attended)));
    });
  });

  it('has the parameters of the official block by default', () => {
    const block = make();
    expect([...namedParameters(block).keys()]).toEqual([
      'attention.queryKeyValue.weight',
      'attention.output.weight',
      'feedForward.gateUp.weight',
      'feedForward.down.weight',
    ]);
    disposeParameters(block);
  });

  it('normalises before each sublayer with norm: pre', () => {
    const block = make({ norm: 'pre' }, { isLast: false });
    const { attention, feedForward } = block.parameters;
    expectEqual(block, (x) => {
      const attended = add(x, attention.apply(rmsNorm(x)));
      return add(attended, feedForward.apply(rmsNorm(attended)));
    });
  });

  it('also normalises its output if it is the last or the only block', () => {
    for (const more of [{}, { isLast: true }]) {
      const block = make({ norm: 'pre' }, more);
      const { attention, feedForward } = block.parameters;
      expectEqual(block, (x) => {
        const attended = add(x, attention.apply(rmsNorm(x)));
        return rmsNorm(add(attended, feedForward.apply(rmsNorm(attended))));
      });
    }
  });

  it('keeps latents bounded over many applications, with either norm', () => {
    for (const norm of ['pre', 'post'] as const) {
      const block = make({ norm });
      tf.tidy(() => {
        let z = tf.mul<tf.Tensor3D>(input(), 100);
        for (let i = 0; i < 20; i++) z = block.apply(add(z, z));
        expect(tf.max(tf.mean(tf.square(z), -1)).dataSync()[0]).toBeLessThan(1.001);
      });
      disposeParameters(block);
    }
  });

  it('scales by its gains, one for each norm', () => {
    const block = make({ learnedGain: true });
    spreadGains(block);
    const { attention, feedForward } = block.parameters;
    const gains = tf.tidy(() => tf.linspace(0.5, 2, hiddenSize).dataSync());
    expectEqual(block, (x) => {
      const attended = tf.mul<tf.Tensor3D>(rmsNorm(add(x, attention.apply(x))), gains);
      return tf.mul(rmsNorm(add(attended, feedForward.apply(attended))), gains);
    });
  });

  it('takes a feed-forward layer by name or as a function', () => {
    const gelu = make({ feedForward: 'gelu', expansion: 3 });
    expect(namedParameters(gelu).get('feedForward.up.weight')!.shape).toEqual([hiddenSize, 3 * hiddenSize]);
    disposeParameters(gelu);

    const own = make({
      feedForward: (sizes) => new Linear({ inputSize: sizes.hiddenSize, outputSize: sizes.hiddenSize, ...sizes }),
    });
    expect([...namedParameters(own).keys()].slice(2)).toEqual(['feedForward.weight']);
    const { attention, feedForward } = own.parameters;
    expectEqual(own, (x) => {
      const attended = rmsNorm(add(x, attention.apply(x)));
      return rmsNorm(add(attended, feedForward.apply(attended)));
    });
  });

  it('gets rotary tables for its head size, and uses them', () => {
    const asked: number[] = [];
    const table = new RotaryEmbedding({ headSize: 4, seqLen });
    const block = make({}, { rotary: (headSize) => (asked.push(headSize), table) });
    const same = make();
    expect(asked).toEqual([4]);
    tf.tidy(() => {
      expect([...block.apply(input()).dataSync()]).not.toEqual([...same.apply(input()).dataSync()]);
    });
    for (const made of [block, same]) disposeParameters(made);
    table.dispose();
  });

  it('uses its epsilon', () => {
    const [small, large] = [make(), make({ normEpsilon: 1 })];
    tf.tidy(() => {
      const meanSquare = (block: Block) => tf.mean(tf.square(block.apply(input()))).dataSync()[0]!;
      expect(meanSquare(small)).toBeCloseTo(1, 4);
      expect(meanSquare(large)).toBeLessThan(0.9);
    });
    for (const made of [small, large]) disposeParameters(made);
  });

  it('refuses unknown options and lists the known ones', () => {
    expect(() => make({ norm: 'middle' as never })).toThrow(/norm is "middle", expected 'post' or 'pre'/);
    expect(() => make({ feedForward: 'relu' as never })).toThrow(/feedForward is "relu", expected swiglu, gelu or/);
    expect(() => make({ feedForward: 'constructor' as never })).toThrow(/feedForward is "constructor"/);
    expect(() => make({ heads: 3 })).toThrow(/hiddenSize 8 does not divide by 3 heads/);
  });

  it('names itself in its shape error', () => {
    const block = make();
    expect(() => block.apply(tf.zeros([1, seqLen, 7]))).toThrow(
      'attentionBlock: got a tensor of shape [1, 5, 7], expected [batch, seq, 8]',
    );
    disposeParameters(block);
  });
});

describe('mixerBlock', () => {
  const make = (options: MixerBlockOptions = {}, more: Partial<BlockContext> = {}) =>
    mixerBlock(options)(context(more)) as BlockWith<'positionMixer' | 'feedForward'>;
  const turn = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1]) as tf.Tensor3D;

  it('mixes positions, then the hidden axis, normalising after each, as TRM', () => {
    const block = make();
    const { positionMixer, feedForward } = block.parameters;
    expectEqual(block, (x) => {
      const mixed = turn(rmsNorm(add(turn(x), positionMixer.apply(turn(x)))));
      return rmsNorm(add(mixed, feedForward.apply(mixed)));
    });
  });

  it('has the parameters of the official block by default', () => {
    const block = make();
    expect([...namedParameters(block)].map(([name, { shape }]) => [name, shape])).toEqual([
      ['positionMixer.gateUp.weight', [seqLen, 512]],
      ['positionMixer.down.weight', [256, seqLen]],
      ['feedForward.gateUp.weight', [hiddenSize, 512]],
      ['feedForward.down.weight', [256, hiddenSize]],
    ]);
    disposeParameters(block);
  });

  it('has variants: pre-norm, gains along the normalised axis, GELU', () => {
    const block = make({ norm: 'pre', learnedGain: true, feedForward: 'gelu' });
    spreadGains(block);
    const { positionMixer, feedForward } = block.parameters;
    const norm = (x: tf.Tensor3D) => tf.mul<tf.Tensor3D>(rmsNorm(x), tf.linspace(0.5, 2, x.shape[2]));
    expectEqual(block, (x) => {
      const mixed = turn(add(turn(x), positionMixer.apply(norm(turn(x)))));
      return norm(add(mixed, feedForward.apply(norm(mixed))));
    });
  });

  it('refuses another sequence length', () => {
    const block = make();
    expect(() => block.apply(tf.zeros([1, 4, hiddenSize]))).toThrow(
      'mixerBlock: got a tensor of shape [1, 4, 8], expected [batch, 5, 8]; the block fits one sequence length only',
    );
    disposeParameters(block);
  });
});
