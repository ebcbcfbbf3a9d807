import * as tf from '@tensorflow/tfjs-core';
import type { BlockContext } from '../blocks/block';
import { expectPart } from '../checks/expect-part';
import { disposeParameters, type Layer } from '../layer';
import type { PositionRotation } from '../positions/position-rotation';
import { RotaryEmbedding } from '../positions/rotary-embedding';
import { RandomStream } from '../random/random-stream';
import { normalTensor } from './normal-tensor';
import { registeredBackends, type TestBackend } from './registered-backends';

/** A layer that takes one tensor, such as a `Block`. */
export interface TestableLayer<Input extends tf.Tensor> extends Layer {
  apply(x: Input): tf.Tensor;
  /** Frees all that the layer holds. Default: `disposeParameters`. */
  dispose?(): void;
}

/** Sizes to test a layer with. */
export interface LayerSizes {
  batch: number;
  seqLen: number;
  hiddenSize: number;
}

/** Options of `describeLayer`, for layers that are not blocks or need special inputs. */
export interface LayerTestOptions<Input extends tf.Tensor = tf.Tensor3D> {
  /** Sizes to test, the smallest first. Default three, with hidden sizes of 8 and 16. */
  sizes?: readonly LayerSizes[];
  /** Makes an input. Default normal random numbers, `[batch, seqLen, hiddenSize]`. */
  input?: (sizes: LayerSizes, random: RandomStream) => Input;
  /** The shape of the output. Default: the input's. */
  outputShape?: (sizes: LayerSizes) => number[];
  /** Makes an input of a wrong shape. Default: one element more along the last axis. */
  wrongInput?: (sizes: LayerSizes) => tf.Tensor;
  /** `'fixed'` for a layer whose initial values do not depend on the seed. Default `'random'`. */
  start?: 'random' | 'fixed';
  /** Makes the tables that `context.rotary` returns. Default a `RotaryEmbedding`. */
  rotary?: (sizes: { headSize: number; seqLen: number }) => PositionRotation;
  /** Default: {@link registeredBackends}. */
  backends?: readonly TestBackend[];
}

const standardSizes: readonly LayerSizes[] = [
  { batch: 1, seqLen: 4, hiddenSize: 8 },
  { batch: 3, seqLen: 5, hiddenSize: 8 },
  { batch: 2, seqLen: 9, hiddenSize: 16 },
];

/** A layer to test: makes it, and its inputs, at each size. */
export class LayerSubject<Input extends tf.Tensor = tf.Tensor3D> {
  readonly sizes: readonly LayerSizes[];
  readonly start: 'random' | 'fixed';
  readonly backends: readonly TestBackend[];

  constructor(
    readonly make: (context: BlockContext) => TestableLayer<Input>,
    readonly options: LayerTestOptions<Input> = {},
  ) {
    this.sizes = options.sizes ?? standardSizes;
    this.start = options.start ?? 'random';
    this.backends = options.backends ?? registeredBackends();
  }

  /** Makes a layer, passes it to `use` and frees it afterwards. */
  withLayer<Result>(sizes: LayerSizes, use: (layer: TestableLayer<Input>) => Result, seed = 0): Result {
    const { hiddenSize, seqLen } = sizes;
    const { rotary = (tableSizes) => new RotaryEmbedding(tableSizes) } = this.options;
    const tables: PositionRotation[] = [];
    const layer = this.make({
      hiddenSize,
      seqLen,
      random: new RandomStream(seed),
      rotary(headSize) {
        const table = rotary({ headSize, seqLen });
        tables.push(table);
        return table;
      },
    });
    expectPart('describeLayer: what make returned', layer, ['apply']);
    try {
      return use(layer);
    } finally {
      if (layer.dispose) layer.dispose();
      else disposeParameters(layer);
      for (const table of tables) table.dispose();
    }
  }

  /** Makes an input. The caller disposes it. */
  input(sizes: LayerSizes, seed = 1): Input {
    const { batch, seqLen, hiddenSize } = sizes;
    const random = new RandomStream(seed);
    return this.options.input?.(sizes, random) ?? normalTensor<Input>([batch, seqLen, hiddenSize], random);
  }

  outputShape(sizes: LayerSizes): number[] {
    return this.options.outputShape?.(sizes) ?? tf.tidy(() => this.input(sizes).shape);
  }

  wrongInput(sizes: LayerSizes): Input {
    if (this.options.wrongInput) return this.options.wrongInput(sizes) as Input;
    return tf.tidy(() => {
      const { shape, dtype } = this.input(sizes);
      return tf.zeros([...shape.slice(0, -1), (shape.at(-1) ?? 0) + 1], dtype) as Input;
    });
  }
}
