import type * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';
import { expectPart } from '../checks/expect-part';
import type { Layer } from '../layer';
import type { RandomStream } from '../random/random-stream';
import { GeluMlp } from './gelu-mlp';
import { SwiGLU } from './swiglu';

/** A layer that maps each vector along the last axis by itself. */
export interface FeedForward extends Layer {
  /** @param x any shape; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T;
}

/** What a block passes to a {@link FeedForwardFactory}. */
export interface FeedForwardContext {
  /** Width of the vectors. */
  hiddenSize: number;
  /** Inner width relative to `hiddenSize`; each kind of layer rounds it in its own way. */
  expansion: number;
  /** The exact inner width; if given, `expansion` does not count. */
  innerSize?: number | undefined;
  random: RandomStream;
}

/** Makes a feed-forward layer, such as `({ hiddenSize, random }) => new MyLayer(...)`. */
export type FeedForwardFactory = (context: FeedForwardContext) => FeedForward;

/** Which feed-forward layer a block uses. */
export interface FeedForwardOptions {
  /** `'swiglu'` ({@link SwiGLU}), `'gelu'` ({@link GeluMlp}), or a function that makes your own. Default `'swiglu'`. */
  feedForward?: 'swiglu' | 'gelu' | FeedForwardFactory;
  /** Inner width of the feed-forward layer relative to `hiddenSize`. Default 4. */
  expansion?: number;
  /** The exact inner width, instead of `expansion`. Small models need it: SwiGLU rounds up to multiples of 256. */
  innerSize?: number | undefined;
}

/** Names of {@link FeedForwardOptions}. */
export const FEED_FORWARD_OPTIONS = ['feedForward', 'expansion', 'innerSize'] as const;

const standard: { readonly [name: string]: FeedForwardFactory } = {
  swiglu: (context) => new SwiGLU(context),
  gelu: (context) => new GeluMlp(context),
};

/** Makes the feed-forward layer that a block's options choose. */
export function makeFeedForward(
  { feedForward = 'swiglu', expansion = 4, innerSize }: FeedForwardOptions,
  sizes: Omit<FeedForwardContext, 'expansion' | 'innerSize'>,
): FeedForward {
  if (typeof feedForward === 'function') {
    const made = feedForward({ ...sizes, expansion, innerSize });
    expectPart('block: what feedForward made', made, ['apply']);
    return made;
  }
  if (typeof feedForward !== 'string' || !Object.hasOwn(standard, feedForward)) {
    throw new RangeError(
      `block: feedForward is ${typeof feedForward === 'string' ? JSON.stringify(feedForward) : describeValue(feedForward)}, expected ${Object.keys(standard).join(', ')} or a function`,
    );
  }
  return standard[feedForward]!({ ...sizes, expansion, innerSize });
}
