import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@hrm/layers';
import { noteVariables } from '@hrm/layers/internal';
import type { Call, Calls } from './call';

const random = () => new layers.RandomStream(0);
const context = { hiddenSize: 8, seqLen: 4, random: random() };
const grid = { rows: 2, columns: 2 };

/** Applies a layer, and takes gradients through it. */
const applied = (covers: string[], make: () => layers.Layer & { apply(x: tf.Tensor3D): tf.Tensor }): Call => ({
  covers,
  call({ x }) {
    const freeNewVariables = noteVariables();
    let layer: ReturnType<typeof make> | undefined;
    try {
      const own = (layer = make());
      return layers.valueAndGradients(
        () => ({ loss: tf.sum<tf.Scalar>(own.apply(x)), auxiliary: {} }),
        [x, ...layers.namedParameters(own).values()],
      );
    } finally {
      if (layer) layers.disposeParameters(layer);
      freeNewVariables();
    }
  },
});

const appliedLayers = [
  applied(['Attention'], () => new layers.Attention({ hiddenSize: 8, heads: 2, random: random() })),
  applied(
    ['attentionBlock', 'dotProductAttention', 'makeResidual', 'rmsNorm', 'matMul', 'customGradient', 'inPrecision'],
    () => layers.attentionBlock({ heads: 2 })(context),
  ),
  applied(['mixerBlock', 'SwiGLU'], () => layers.mixerBlock()(context)),
  applied(['LearnedRmsNorm'], () => layers.mixerBlock({ norm: 'pre', learnedGain: true })(context)),
  applied(['GeluMlp', 'gelu'], () => new layers.GeluMlp({ hiddenSize: 8, expansion: 2, random: random() })),
  applied(['Linear', 'truncatedNormal'], () => new layers.Linear({ inputSize: 8, outputSize: 2, random: random() })),
  applied(['cellularBlock'], () => layers.cellularBlock({ grid })(context)),
  applied(['convBlock', 'GridConvolution'], () => layers.convBlock({ grid })(context)),
  applied(['graphAttentionBlock', 'gridRelation'], () =>
    layers.graphAttentionBlock({ relations: [layers.gridRelation('row', grid), layers.gridRelation('column', grid)] })(
      context,
    ),
  ),
  applied(['poolingBlock', 'AxisPooling'], () => layers.poolingBlock({ axes: [2, 2], pools: [[1]] })(context)),
  applied(['PositionEmbedding'], () => new layers.PositionEmbedding({ seqLen: 4, hiddenSize: 8, random: random() })),
];

export const layerCalls: Calls = {
  ...Object.fromEntries(appliedLayers.map((call) => [`a layer: ${call.covers.join(', ')}`, call])),
  embeddings: {
    covers: ['TokenEmbedding', 'PuzzleEmbedding', 'disposeParameters', 'noteVariables'],
    call: ({ network, offered }) => network.embed(offered, undefined),
  },
  rotations: {
    covers: ['RotaryEmbedding', 'GridRotaryEmbedding'],
    call: () => {
      const options = { headSize: 4, seqLen: 4 };
      const tables = [
        new layers.RotaryEmbedding(options),
        new layers.GridRotaryEmbedding({ ...options, ...grid } as never),
      ];
      for (const table of tables) table.dispose();
    },
  },
  'gradients and their absence': {
    covers: ['valueAndGradients', 'withoutGradient', 'stopGradient', 'registerGradients', 'mapTensors', 'disposeAll'],
    call: ({ x }) =>
      layers.valueAndGradients(() => {
        const copies = layers.withoutGradient(() => ({ twice: [x, tf.square(x)], once: layers.stopGradient(x) }));
        return { loss: tf.sum<tf.Scalar>(tf.mul(x, copies.once)), auxiliary: copies };
      }, [x]),
  },
};
