import * as tf from '@tensorflow/tfjs-core';
import * as act from '@hrm/act';
import * as layers from '@hrm/layers';
import * as models from '@hrm/models';
import { config, type Calls } from './call';

const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1, block: layers.mixerBlock() };
const grid = { rows: 2, columns: 2 };

export const modelCalls: Calls = {
  'making a model': {
    covers: ['RecursiveReasoner', 'hrm', 'trm', 'buildModel'],
    call: ({ faults }) => {
      const halting = (given: act.HaltingContext) => {
        faults.ownFunction();
        return act.all(act.qLearningHalting(), act.haltOnly())(given);
      };
      models.hrm({ ...sizes, halting, puzzleEmbedding: { puzzles: 2, size: 8 } }).dispose();
      models.hrm({ ...sizes, block: layers.attentionBlock({ heads: 2 }), positions: 'rope', halting }).dispose();
      const block = layers.graphAttentionBlock({ relations: ['row', 'column'], grid });
      models.hrm({ ...sizes, block, halting }).dispose();
      models.trm({ vocabSize: 4, seqLen: 4, hiddenSize: 8, layers: 2, positions: 'learned', halting }).dispose();
      models.buildModel(config).dispose();
      const pooling = layers.poolingBlock({ axes: [2, 2, 3], pools: [[2], [1]] });
      const candidates = { first: 1, count: 3 };
      const small = { vocabSize: 4, seqLen: 4, hiddenSize: 8, layers: 1 };
      models.trm({ ...small, block: pooling, positions: 'none', candidates, halting }).dispose();
    },
  },
  'a segment whose refinements are observed': {
    covers: ['observeRefinements'],
    call: ({ network, carry, offered, faults }) =>
      tf.tidy(() => {
        const observed = models.observeRefinements(network, faults.ownFunction);
        return act.runSegment(observed, act.admitPuzzles(observed, carry, offered)).logits;
      }),
  },
  'values of parameters, out and in': {
    covers: ['parameterValues', 'setParameterValues', 'toHostTensor', 'fromHostTensor'],
    call: async ({ network }) => models.setParameterValues(network, await models.parameterValues(network)),
  },
  'a model as a file, and back': {
    covers: ['saveModel', 'loadModel', 'parameterShapes'],
    call: async () => {
      const model = models.buildModel(config);
      try {
        models.loadModel(await models.saveModel(model)).dispose();
        models.parameterShapes(config);
      } finally {
        model.dispose();
      }
    },
  },
};
