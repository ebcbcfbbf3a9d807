import * as tf from '@tensorflow/tfjs-core';
import type { BlockContext } from '../blocks/block';
import { expectPart } from '../checks/expect-part';
import { disposeParameters, type Layer } from '../layer';
import type { PositionRotation } from '../positions/position-rotation';
import { RotaryEmbedding } from '../positions/rotary-embedding';
import { RandomStream } from '../random/random-stream';
import { registeredBackends, type TestBackend } from './registered-backends';

/** A layer of one tensor, such as any `Block`. */
export interface TestableLayer<Input extends tf.Tensor> extends Layer {
  apply(x: Input): tf.Tensor;
  /** Frees what the layer holds beside its parameters, and these. Default: `disposeParameters`. */
  dispose?(): void;
}

/** Sizes that a layer is tried with. */
export interface LayerSizes {
  batch: number;
  seqLen: number;
  hiddenSize: number;
}

/** What to know of a layer that is not a block, or special. */
export interface LayerTestOptions<Input extends tf.Tensor = tf.Tensor3D> {
  /** Sizes to try, the smallest first. Default three, with hidden sizes of 8 and 16. */
  sizes?: readonly LayerSizes[];
  /** What to feed the layer. Default normal random numbers, `[batch, seqLen, hiddenSize]`. */
  input?: (sizes: LayerSizes, random: RandomStream) => Input;
  /** The shape that comes out. Default: as the input's. */
  outputShape?: (sizes: LayerSizes) => number[];
  /** An input of a wrong shape. Default: one more along the last axis. */
  wrongInput?: (sizes: LayerSizes) => tf.Tensor;
  /** `'fixed'` for a layer that starts alike whatever the seed. Default `'random'`. */
  start?: 'random' | 'fixed';
  /** The positions that `context.rotary` tells. Default a `RotaryEmbedding`. */
  rotary?: (sizes: { headSize: number; seqLen: number }) => PositionRotation;
  /** Default: {@link registeredBackends}. */
  backends?: readonly TestBackend[];
}

const standardSizes: readonly LayerSizes[] = [
  { batch: 1, seqLen: 4, hiddenSize: 8 },
  { batch: 3, seqLen: 5, hiddenSize: 8 },
  { batch: 2, seqLen: 9, hiddenSize: 16 },
];

/** Normal random numbers. */
export function normalTensor(shape: number[], random: RandomStream): tf.Tensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

/** A layer to test: how to make it at a size, and what to feed it. */
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

  /** Lends a fresh layer to `use` and frees it afterwards. */
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
    expectPart('describeLayer: what it was given to make a layer made', layer, ['apply']);
    try {
      return use(layer);
    } finally {
      if (layer.dispose) layer.dispose();
      else disposeParameters(layer);
      for (const table of tables) table.dispose();
    }
  }

  /** The caller disposes it, or tidies. */
  input(sizes: LayerSizes, seed = 1): Input {
    const { batch, seqLen, hiddenSize } = sizes;
    const random = new RandomStream(seed);
    return this.options.input?.(sizes, random) ?? (normalTensor([batch, seqLen, hiddenSize], random) as Input);
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
