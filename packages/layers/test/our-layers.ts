import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  attentionBlock,
  cellularBlock,
  convBlock,
  GeluMlp,
  AxisPooling,
  poolingBlock,
  graphAttentionBlock,
  GridRotaryEmbedding,
  LearnedRmsNorm,
  Linear,
  mixerBlock,
  PositionEmbedding,
  PuzzleEmbedding,
  RotaryEmbedding,
  SwiGLU,
  TokenEmbedding,
  type BlockContext,
  type PositionRotation,
} from '@hrm/layers';
import {
  describeLayer,
  type LayerSizes,
  type LayerTestOptions,
  type TestableLayer,
  type TestBackend,
} from '@hrm/layers/testing';

/** A rotation as a layer of `[batch, seq, 2, head]`. */
const asLayer = (rotation: PositionRotation) => ({
  parameters: {},
  apply: (x: tf.Tensor4D) => rotation.apply(x),
  dispose: () => rotation.dispose(),
});
const twoHeads: LayerTestOptions<tf.Tensor4D> = {
  start: 'fixed',
  input: ({ batch, seqLen, hiddenSize }, random) =>
    tf.tensor4d(
      Float32Array.from({ length: batch * seqLen * hiddenSize }, () => random.normal()),
      [batch, seqLen, 2, hiddenSize / 2],
    ),
};

/** A prefix of one position, then two rows. */
const grids: readonly LayerSizes[] = [
  { batch: 1, seqLen: 5, hiddenSize: 8 },
  { batch: 3, seqLen: 7, hiddenSize: 8 },
  { batch: 2, seqLen: 13, hiddenSize: 16 },
];
const gridOf = ({ headSize, seqLen }: { headSize: number; seqLen: number }) =>
  new GridRotaryEmbedding({ headSize, rows: 2, columns: (seqLen - 1) / 2, prefixLen: 1 });

/** Holds each layer of this package to the kit, by default on whatever backends the caller has brought. */
export function describeOurLayers(backends?: readonly TestBackend[]): void {
  const hold = <Input extends tf.Tensor = tf.Tensor3D>(
    name: string,
    make: (context: BlockContext) => TestableLayer<Input>,
    options: LayerTestOptions<Input> = {},
  ) => describeLayer(name, make, { backends, ...options });

  hold('Linear', ({ hiddenSize, random }) => new Linear({ inputSize: hiddenSize, outputSize: 3, random }), {
    outputShape: ({ batch, seqLen }) => [batch, seqLen, 3],
  });
  hold(
    'Linear with bias',
    ({ hiddenSize, random }) => new Linear({ inputSize: hiddenSize, outputSize: 3, bias: true, random }),
    { outputShape: ({ batch, seqLen }) => [batch, seqLen, 3] },
  );
  hold('SwiGLU', ({ hiddenSize, random }) => new SwiGLU({ hiddenSize, random }));
  hold('GeluMlp', ({ hiddenSize, random }) => new GeluMlp({ hiddenSize, random }));
  hold('LearnedRmsNorm', ({ hiddenSize }) => new LearnedRmsNorm({ size: hiddenSize }), { start: 'fixed' });

  hold(
    'Attention',
    (context) => new Attention({ ...context, heads: 2, rotary: context.rotary!(context.hiddenSize / 2) }),
  );
  hold('Attention without positions', ({ hiddenSize, random }) => new Attention({ hiddenSize, heads: 2, random }));
  hold(
    'grouped-query Attention',
    ({ hiddenSize, rotary, random }) =>
      new Attention({ hiddenSize, heads: 4, keyValueHeads: 2, rotary: rotary!(hiddenSize / 4), random }),
  );
  hold(
    'Attention with wide heads',
    ({ hiddenSize, random }) => new Attention({ hiddenSize, heads: 2, headSize: 6, random }),
  );
  hold(
    'Attention on a grid',
    (context) => new Attention({ ...context, heads: 2, rotary: context.rotary!(context.hiddenSize / 2) }),
    {
      sizes: grids,
      rotary: gridOf,
    },
  );

  hold(
    'RotaryEmbedding',
    ({ seqLen, hiddenSize }) => asLayer(new RotaryEmbedding({ seqLen, headSize: hiddenSize / 2 })),
    twoHeads,
  );
  hold('GridRotaryEmbedding', ({ seqLen, hiddenSize }) => asLayer(gridOf({ seqLen, headSize: hiddenSize / 2 })), {
    ...twoHeads,
    sizes: grids,
  });

  hold('attentionBlock', attentionBlock({ heads: 2 }));
  hold('attentionBlock, pre-norm', attentionBlock({ heads: 2, norm: 'pre' }));
  hold('attentionBlock, pre-norm, not the last', (context) =>
    attentionBlock({ heads: 2, norm: 'pre', learnedGain: true })({ ...context, isLast: false }),
  );
  hold('attentionBlock with learned gains', attentionBlock({ heads: 2, learnedGain: true }));
  hold('attentionBlock with GELU', attentionBlock({ heads: 2, feedForward: 'gelu' }));
  const gridAt = (seqLen: number) => ({ rows: 2, columns: (seqLen - 1) / 2 });
  hold(
    'graphAttentionBlock',
    (context) =>
      graphAttentionBlock({
        relations: ['row', 'column', 'neighbours'],
        grid: gridAt(context.seqLen),
        headSize: 4,
      })(context),
    { sizes: grids, rotary: gridOf },
  );
  hold('convBlock', (context) => convBlock({ grid: gridAt(context.seqLen) })(context), { sizes: grids });
  hold('convBlock without a prefix', ({ seqLen, ...context }) =>
    convBlock({ grid: { rows: 1, columns: seqLen }, kernelSize: 5 })({ ...context, seqLen }),
  );
  hold('cellularBlock', ({ seqLen, ...context }) =>
    cellularBlock({ grid: { rows: 1, columns: seqLen } })({ ...context, seqLen }),
  );
  hold('cellularBlock with learned gains', ({ seqLen, ...context }) =>
    cellularBlock({ grid: { rows: seqLen, columns: 1 }, messageSize: 3, learnedGain: true })({ ...context, seqLen }),
  );
  hold('cellularBlock with the puzzle apart', ({ seqLen, ...context }) =>
    cellularBlock({ grid: { rows: 1, columns: seqLen }, input: 'apart' })({ ...context, seqLen }),
  );
  const asGrid = (seqLen: number) => ({ axes: [1, seqLen], pools: [[1], [0], [0, 1]] });
  hold('AxisPooling', ({ seqLen, hiddenSize, random }) => new AxisPooling({ ...asGrid(seqLen), hiddenSize, random }));
  hold(
    'AxisPooling with one pool',
    ({ seqLen, hiddenSize, random }) => new AxisPooling({ axes: [seqLen], pools: [[0]], hiddenSize, random }),
  );
  hold('poolingBlock', (context) => poolingBlock({ ...asGrid(context.seqLen), innerSize: 6 })(context));
  hold('mixerBlock', mixerBlock());
  hold(
    'mixerBlock, pre-norm, learned gains, GELU',
    mixerBlock({ norm: 'pre', learnedGain: true, feedForward: 'gelu' }),
  );

  hold('TokenEmbedding', ({ hiddenSize, random }) => new TokenEmbedding({ vocabSize: 6, hiddenSize, random }), {
    input: ({ batch, seqLen }, random) =>
      tf.tensor2d(
        Int32Array.from({ length: batch * seqLen }, () => random.integer(0, 6)),
        [batch, seqLen],
        'int32',
      ),
    outputShape: ({ batch, seqLen, hiddenSize }) => [batch, seqLen, hiddenSize],
    wrongInput: ({ batch }) => tf.zeros([batch], 'int32'),
  });
  hold('PositionEmbedding', (context) => new PositionEmbedding(context));
  hold('PuzzleEmbedding', ({ hiddenSize }) => new PuzzleEmbedding({ puzzles: 4, size: 12, hiddenSize, positions: 3 }), {
    start: 'fixed',
    input: ({ batch }, random) =>
      tf.tensor2d(
        Float32Array.from({ length: batch * 12 }, () => random.normal()),
        [batch, 12],
      ),
    outputShape: ({ batch, hiddenSize }) => [batch, 3, hiddenSize],
  });
}
