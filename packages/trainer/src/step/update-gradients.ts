import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients, type NamedTensors } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import {
  admitPuzzles,
  runSegment,
  superviseSegment,
  type Carry,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { addMetrics, type SummedMetrics } from '../metrics';
import { addUp } from './add-up';
import { trainedParameters, trainedPuzzleTable } from './trained-parameters';
import type { TrainingStepInput, TrainingStepOptions } from './training-step-options';

/** Losses and gradients of one update, from {@link updateGradients}. */
export type UpdateGradients = SummedMetrics & {
  carry: Carry;
  /** Summed over the batch and over the segments, as are the metrics. */
  loss: tf.Scalar;
  /** How many of the slots counted halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
  /** By each trained parameter, of the loss divided by the batch size. */
  gradients: NamedTensors;
  /** By the puzzle rows of the batch, `[batch, size]`, and these rows; empty if no puzzle embedding is trained. */
  puzzle: { rows?: tf.Tensor2D; gradients?: tf.Tensor2D };
  /** Logits and halting logits of each segment, for parity checks. */
  outputs: { logits: tf.Tensor3D; haltLogits: NamedTensors; lookAhead: NamedTensors }[];
};

/** An update without its gradients and outputs: the parts of a batch add up their gradients separately. */
export type UpdateFigures = Omit<UpdateGradients, 'gradients' | 'outputs'>;

/**
 * Runs the segments of one update of deep supervision. Returns the gradients of their losses, summed and divided by the
 * batch size. New puzzles enter before the first segment. There are as many segments as draws.
 *
 * The papers use one segment, and the carry it starts from is a constant. Several segments are not detached from each
 * other: gradient flows through the carry (latents and the controller's state) from each segment's losses into the
 * earlier segments of the update, through the refinements that carry gradient in the schedule. A puzzle that halts is
 * left out of the rest of the update; its slot takes a new puzzle at the next one.
 *
 * Source: official HRM, `pretrain.py`, `train_batch`, for one segment.
 *
 * @param options `batchSize` of the whole batch, where the slots given are only a part of it; default: they are all.
 *   `trains`: the parameters that gradients are taken by; default all.
 */
export function updateGradients(
  network: ReasoningNetwork,
  tokenLoss: TokenLoss,
  { carry, offered, draws }: Pick<TrainingStepInput, 'carry' | 'offered' | 'draws'>,
  options: { batchSize?: number } & Pick<TrainingStepOptions, 'trains'> = {},
): UpdateGradients {
  expectOptions('updateGradients', options, ['batchSize', 'trains']);
  const { batchSize = carry.halted.shape[0], trains } = options;
  const trained = trainedParameters(network, trains);
  const names = Object.keys(trained);
  const several = draws.length > 1;
  return tf.tidy(() => {
    const admitted = admitPuzzles(network, carry, offered);
    const rows = network.puzzleRows(admitted.puzzle);
    if (rows && !network.puzzleTable) {
      throw new TypeError(
        'Trainer: puzzleRows of the network gives rows, but nothing says of which table, so nobody would train it; ' +
          'give the network a property puzzleTable, the variable that the rows are of',
      );
    }
    const trainedRows = rows && trainedPuzzleTable(network, trains) !== undefined ? rows : undefined;
    const { loss, gradients, auxiliary } = valueAndGradients(() => {
      let next = admitted;
      const segments = draws.map((drawn) => {
        const segment = runSegment(network, next, {
          training: true,
          draws: drawn,
          puzzleRows: rows,
          carryGradient: several,
          rest: several,
        });
        next = segment.carry;
        const { logits, haltLogits, lookAhead } = segment;
        return { ...superviseSegment(network, segment, tokenLoss), outputs: { logits, haltLogits, lookAhead } };
      });
      const total = addUp(segments.map((segment) => segment.total));
      return {
        loss: tf.div(total, batchSize),
        auxiliary: {
          carry: next,
          loss: total,
          ...addMetrics(segments),
          haltingSteps: addUp(segments.map(({ haltingSteps }) => haltingSteps)),
          outputs: segments.map(({ outputs }) => outputs),
        },
      };
    }, [...Object.values(trained), ...(trainedRows ? [trainedRows] : [])]);
    loss.dispose();
    return {
      ...auxiliary,
      gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!])),
      puzzle: trainedRows ? { rows: trainedRows, gradients: gradients[names.length] as tf.Tensor2D } : {},
    };
  });
}
