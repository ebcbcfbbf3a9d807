import * as tf from '@tensorflow/tfjs-core';
import { stablemaxCrossEntropy } from '@hrm/act';
import type { Compile } from '@hrm/layers';
import * as library from '@hrm/trainer';
import { smallTrainer } from '../reversal';
import { batches, failingBatches, tokenLoss, type Calls } from './call';

/** Restores a state. Tries again after an error, because the chosen operation fails only once. */
async function restored(trainer: library.Trainer, state: library.TrainerState): Promise<void> {
  try {
    trainer.restore(state);
  } catch {
    trainer.restore(state);
  }
}

export const trainerCalls: Calls = {
  evaluate: {
    covers: ['evaluate', 'evaluationStep', 'readScalars'],
    call: ({ network, faults }) =>
      library.evaluate(network, failingBatches(faults), {
        tokenLoss,
        microBatch: 1,
        lanes: 3,
        onBatch: faults.ownFunction,
        onSegment: async () => {
          await Promise.resolve();
          faults.ownFunction();
        },
      }),
  },
  'evaluate until halted': {
    covers: [],
    call: ({ network, faults }) =>
      library.evaluate(network, failingBatches(faults), {
        until: 'halted',
        onBatch: faults.ownFunction,
        bucketSizes: [2],
      }),
  },
  'a Trainer, from its start': {
    covers: ['Trainer', 'adamAtan2', 'adamW', 'chain', 'scaleByAdam', 'scaleByAtan2', 'atan2RightHalfPlane'],
    call: async ({ network, faults }) => {
      const compile: Compile = (f) => {
        faults.ownFunction();
        return (...input) => {
          faults.ownFunction();
          return f(...input);
        };
      };
      const trainer = smallTrainer(network, { compile, microBatch: 2, lanes: 2 });
      try {
        for await (const { step } of trainer.train(failingBatches(faults))) if (step === 2) break;
      } finally {
        trainer.dispose();
      }
    },
  },
  'a Trainer with Muon': {
    covers: [
      ...['muon', 'scaleByMuon', 'orthogonalize', 'partition', 'clipByGlobalNorm'],
      ...['isHiddenMatrix', 'isWeightMatrix'],
    ],
    call: async ({ network, faults }) => {
      const asked =
        (picks: library.ParameterPredicate): library.ParameterPredicate =>
        (...parameter) => {
          faults.ownFunction();
          return picks(...parameter);
        };
      const optimizer = library.muon({
        learningRate: 0.1,
        weightDecay: 0.1,
        clipNorm: 1,
        newtonSchulzSteps: 2,
        matrices: asked(library.isHiddenMatrix),
        decays: asked(library.isWeightMatrix),
      });
      const trainer = smallTrainer(network, { optimizer, tokenLoss: stablemaxCrossEntropy.smoothed(0.1) });
      try {
        await trainer.trainBatch(batches[0]!);
      } finally {
        trainer.dispose();
      }
    },
  },
  'a Trainer, going on': {
    covers: ['carryToHost', 'carryFromHost', 'signSgd', 'addDecayedWeights', 'scaleByLearningRate', 'stateless'],
    call: async ({ trainer, faults }) => {
      const state = await trainer.state();
      try {
        await trainer.trainBatch(batches[0]!);
        await trainer.evaluate(failingBatches(faults), { onBatch: faults.ownFunction });
        await trainer.withAveragedWeights(async () => faults.ownFunction());
        await trainer.trainBatch(batches[1]!);
      } finally {
        // A trainer may keep its carry. Here it gets back the state without one.
        await restored(trainer, state);
      }
    },
  },
  'restoring a Trainer': {
    covers: [],
    call: async ({ network }) => {
      const trainer = smallTrainer(network);
      try {
        await trainer.trainBatch(batches[0]!);
        trainer.restore(await trainer.state());
      } finally {
        trainer.dispose();
      }
    },
  },
  'the parts of a training step': {
    covers: [
      'trainingStep',
      'microBatchedStep',
      'updateGradients',
      'applyGradients',
      'finishStep',
      'trainedParameters',
    ],
    call: ({ parts, input }) => {
      const { network } = parts;
      return tf.tidy(() => [
        library.trainingStep(parts, { lanes: 2 })(input),
        library.microBatchedStep(parts, { microBatch: 1, lanes: 2 })(input),
        library.applyGradients(parts, library.updateGradients(network, tokenLoss, input), input),
      ]);
    },
  },
};
