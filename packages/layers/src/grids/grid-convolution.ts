import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions, expectOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';
import { Linear } from '../linear';
import type { RandomStream } from '../random/random-stream';
import { splitTensor } from '../split-tensor';
import type { Grid } from './relation';

/** Options of {@link GridConvolution}. */
export interface GridConvolutionOptions {
  hiddenSize: number;
  /** The grid in the last `rows * columns` positions, read row by row. */
  grid: Pick<Grid, 'rows' | 'columns'>;
  /** Number of positions in front of the grid, such as the puzzle embedding's. Default 0. */
  prefixLen?: number;
  /** Side of the square that a cell sees; odd. Default 3. */
  kernelSize?: number;
  random: RandomStream;
}

/**
 * A convolution over the cells of a grid, padded with zeros, without bias. If there are positions in front of the grid,
 * each cell also gets a linear function of their mean, and they get a linear function of the cells' mean.
 *
 * It is computed as one matrix product of all neighbourhoods, which is fast on every backend, forward and backward.
 *
 * Source: Bansal et al. 2022, "End-to-end Algorithm Synthesis with Recurrent Networks", for recurrent convolutions.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GridConvolution, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new GridConvolution({ hiddenSize: 8, grid: { rows: 3, columns: 4 }, random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([2, 12, 8])).shape); // [2, 12, 8]
 * ```
 */
export class GridConvolution implements Layer {
  readonly parameters: { kernel: Linear; fromPrefix?: Linear; toPrefix?: Linear } & Record<string, Layer>;
  readonly #sizes: { rows: number; columns: number; hiddenSize: number; prefixLen: number; kernelSize: number };

  constructor(options: GridConvolutionOptions) {
    expectLayerOptions('GridConvolution', options, ['hiddenSize', 'grid', 'prefixLen', 'kernelSize', 'random']);
    const { hiddenSize, grid, prefixLen = 0, kernelSize = 3, random } = options;
    expectOptions('GridConvolution: grid', grid, ['rows', 'columns']);
    const { rows, columns } = grid;
    expectSizes('GridConvolution', { hiddenSize, rows, columns, kernelSize });
    expectRandom('GridConvolution', random);
    if (kernelSize % 2 === 0)
      throw new RangeError(`GridConvolution: kernelSize is ${kernelSize}, expected an odd number`);
    this.#sizes = { rows, columns, hiddenSize, prefixLen, kernelSize };
    const linear = (inputSize: number) => new Linear({ inputSize, outputSize: hiddenSize, random });
    this.parameters = {
      kernel: linear(kernelSize ** 2 * hiddenSize),
      ...(prefixLen > 0 && { fromPrefix: linear(hiddenSize), toPrefix: linear(hiddenSize) }),
    };
  }

  /** @param x `[batch, prefixLen + rows * columns, hiddenSize]`; @returns the same shape. */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    const { rows, columns, hiddenSize, prefixLen } = this.#sizes;
    expectShape('GridConvolution', x, ['batch', prefixLen + rows * columns, hiddenSize]);
    const { kernel, fromPrefix, toPrefix } = this.parameters;
    return tf.tidy(() => {
      if (!fromPrefix || !toPrefix) return kernel.apply(this.#neighbourhoods(x));
      const [prefix, cells] = splitTensor(x, [prefixLen, rows * columns], 1);
      const convolved = kernel.apply(this.#neighbourhoods(cells));
      const informed = tf.add<tf.Tensor3D>(convolved, fromPrefix.apply(tf.mean(prefix, 1, true)));
      const summary = toPrefix.apply(tf.mean<tf.Tensor3D>(cells, 1, true));
      return tf.concat([tf.tile(summary, [1, prefixLen, 1]), informed], 1);
    });
  }

  /** The square of cells around each cell, concatenated: `[batch, rows * columns, kernelSize^2 * hiddenSize]`. */
  #neighbourhoods(cells: tf.Tensor3D): tf.Tensor3D {
    const { rows, columns, hiddenSize, kernelSize } = this.#sizes;
    const [batch] = cells.shape;
    const margin = (kernelSize - 1) / 2;
    const border: [number, number] = [margin, margin];
    const padded = tf.pad(tf.reshape(cells, [batch, rows, columns, hiddenSize]), [[0, 0], border, border, [0, 0]]);
    const shifted = Array.from({ length: kernelSize ** 2 }, (_, i) =>
      tf.slice(padded, [0, Math.floor(i / kernelSize), i % kernelSize, 0], [batch, rows, columns, hiddenSize]),
    );
    return tf.reshape(tf.concat(shifted, 3), [batch, rows * columns, kernelSize ** 2 * hiddenSize]);
  }
}
