import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { matMul } from '../autodiff/mat-mul';
import { describeValue } from '../checks/describe-value';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';
import { Linear } from '../linear';
import type { RandomStream } from '../random/random-stream';
import { splitTensor } from '../split-tensor';

/** Options of {@link AxisPooling}. */
export interface AxisPoolingOptions {
  hiddenSize: number;
  /** Lengths of the axes that the positions have, the last one fastest; for example `[9, 9]` for a grid. */
  axes: readonly number[];
  /**
   * The groups that exchange messages: for each kind of group, the axes along which its positions lie. In a grid, `[1]`
   * are the rows and `[0]` the columns.
   */
  pools: readonly (readonly number[])[];
  /** Numbers that a position contributes to each of its groups. Default: half of `hiddenSize`, rounded up. */
  messageSize?: number;
  random: RandomStream;
}

/** Names of the options that a config gives. */
export const AXIS_POOLING_OPTIONS = ['axes', 'pools', 'messageSize'] as const;

/** `x sigmoid(x)` */
const silu = customGradient(
  (x: tf.Tensor3D) => {
    const sigmoid = tf.sigmoid(x);
    return { value: tf.mul<tf.Tensor3D>(x, sigmoid), saved: [x, sigmoid] };
  },
  (dy, [x, sigmoid]) => [tf.mul(dy, tf.mul(sigmoid, tf.add(1, tf.mul(x, tf.sub(1, sigmoid)))))],
);

/** A kind of group: the axes with neighbours of the same kind joined, so that few are left. */
interface Pool {
  /** Lengths of the joined axes. */
  lengths: readonly number[];
  /** Whether each of them is pooled. */
  pooled: readonly boolean[];
  /** Positions in a group. */
  size: number;
}

function poolOf(axes: readonly number[], pooledAxes: readonly number[]): Pool {
  const lengths: number[] = [];
  const pooled: boolean[] = [];
  axes.forEach((length, axis) => {
    const isPooled = pooledAxes.includes(axis);
    if (pooled.at(-1) === isPooled) lengths[lengths.length - 1]! *= length;
    else {
      lengths.push(length);
      pooled.push(isPooled);
    }
  });
  return { lengths, pooled, size: lengths.reduce((size, length, i) => (pooled[i] ? size * length : size), 1) };
}

/**
 * The shape of positions for a pool: the joined axes, with the batch and the vectors joined to kept ones at the ends.
 *
 * @param length a function of the joined axes, such as their lengths or 1 for pooled ones.
 */
function shapeFor({ lengths, pooled }: Pool, batch: number, width: number, ofGroups: boolean): number[] {
  const shape = lengths.map((length, i) => (ofGroups && pooled[i] ? 1 : length));
  const joined = pooled[0] ? [batch, ...shape] : [batch * shape[0]!, ...shape.slice(1)];
  return pooled.at(-1) ? [...joined, width] : [...joined.slice(0, -1), joined.at(-1)! * width];
}

/** The axes of {@link shapeFor} to sum over. */
const pooledAxes = ({ pooled }: Pool): number[] =>
  pooled.flatMap((isPooled, i) => (isPooled ? [i + (pooled[0] ? 1 : 0)] : []));

function expectPools({ axes, pools }: AxisPoolingOptions): void {
  if (!Array.isArray(axes) || axes.length === 0) {
    throw new RangeError(
      `AxisPooling: axes is ${describeValue(axes)}, expected the lengths of the positions' axes, such as [9, 9]`,
    );
  }
  axes.forEach((length: number, i) => expectSizes('AxisPooling', { [`axes[${i}]`]: length }));
  if (!Array.isArray(pools) || pools.length === 0) {
    throw new RangeError(
      `AxisPooling: pools is ${describeValue(pools)}, expected the axes of each kind of group, such as [[1], [0]]`,
    );
  }
  for (const pool of pools as readonly unknown[]) {
    const fits =
      Array.isArray(pool) &&
      pool.length > 0 &&
      new Set(pool).size === pool.length &&
      pool.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < axes.length);
    if (!fits) {
      throw new RangeError(
        `AxisPooling: ${JSON.stringify(pool)} is no pool, expected different axes from 0 to ${axes.length - 1}`,
      );
    }
  }
}

/**
 * Lets positions exchange messages within groups. Each position contributes `silu(W x)` to its groups, and gets the sum
 * of each of its groups, divided by the root of the group's size, through a matrix for that kind of group. Unlike
 * attention it costs no more for large groups, and all positions of a group are treated alike.
 *
 * Source: Zaheer et al. 2017, "Deep Sets" (arXiv 1703.06114); Hartford et al. 2018, "Deep Models of Interactions Across
 * Sets" (arXiv 1803.02879), which pools along the axes of a matrix.
 *
 * @throws TypeError, RangeError for sizes, axes and pools that are not valid.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { AxisPooling, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new AxisPooling({ hiddenSize: 8, axes: [4, 4], pools: [[1], [0]], random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([2, 16, 8])).shape); // [2, 16, 8]
 * ```
 */
export class AxisPooling implements Layer {
  readonly parameters: { values: Linear; messages: Linear };
  readonly hiddenSize: number;
  readonly positions: number;
  readonly #messageSize: number;
  readonly #pools: readonly Pool[];

  constructor(options: AxisPoolingOptions) {
    expectLayerOptions('AxisPooling', options, ['hiddenSize', ...AXIS_POOLING_OPTIONS, 'random']);
    const { hiddenSize, axes, pools, random } = options;
    expectSizes('AxisPooling', { hiddenSize });
    const { messageSize = Math.ceil(hiddenSize / 2) } = options;
    expectSizes('AxisPooling', { messageSize });
    expectRandom('AxisPooling', random);
    expectPools(options);
    this.hiddenSize = hiddenSize;
    this.positions = axes.reduce((product, length) => product * length, 1);
    this.#messageSize = messageSize;
    this.#pools = pools.map((pool) => poolOf(axes, pool));
    const allMessages = pools.length * messageSize;
    this.parameters = {
      values: new Linear({ inputSize: hiddenSize, outputSize: allMessages, random }),
      messages: new Linear({ inputSize: allMessages, outputSize: hiddenSize, random }),
    };
  }

  /** @param x `[batch, positions, hiddenSize]`; @returns the same shape. */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const { hiddenSize, positions } = this;
    expectShape('AxisPooling', x, ['batch', positions, hiddenSize], 'the positions are the product of the axes');
    const { values, messages } = this.parameters;
    const [batch] = x.shape;
    const width = this.#messageSize;
    return tf.tidy(() => {
      const contributed = silu(values.apply(x));
      const widths = this.#pools.map(() => width);
      // TensorFlow.js has no gradient of a split into one.
      const parts = widths.length === 1 ? [contributed] : splitTensor(contributed, widths, 2);
      let sum: tf.Tensor | undefined;
      this.#pools.forEach((pool, i) => {
        const contributions = tf.reshape(parts[i]!, shapeFor(pool, batch, width, false));
        const pooled = tf.mul(tf.sum(contributions, pooledAxes(pool)), 1 / Math.sqrt(pool.size));
        const weight: tf.Tensor2D = tf.slice(messages.parameters.weight, [i * width, 0], [width, hiddenSize]);
        const message = tf.reshape(
          matMul(tf.reshape(pooled, [-1, width]), weight),
          shapeFor(pool, batch, hiddenSize, true),
        );
        const full = shapeFor(pool, batch, hiddenSize, false);
        sum = sum ? tf.add(tf.reshape(sum, full), message) : tf.broadcastTo(message, full);
      });
      return tf.reshape(sum!, [batch, positions, hiddenSize]);
    });
  }
}
