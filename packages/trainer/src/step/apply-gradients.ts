import * as tf from '@tensorflow/tfjs-core';
import { expectShape, parameterKinds, type NamedTensors } from '@hrm/layers';
import type { PuzzleTensors } from '@hrm/act';
import { mapNamed } from '../optimizers/gradient-transformation';
import { trainedParameters, trainedPuzzleTable } from './trained-parameters';
import type { TrainingStepInput, TrainingStepOptions, TrainingStepOutput } from './training-step-options';
import type { UpdateGradients } from './update-gradients';

/** What an optimizer step needs of an update. */
export type AppliedGradients = Pick<UpdateGradients, 'gradients' | 'puzzle'> & {
  carry: { puzzle: Pick<PuzzleTensors, 'puzzleIdentifiers'> };
};

/** Applies the optimizers to an update's gradients. Returns new values; nothing is assigned yet. */
export function applyGradients(
  { network, optimizer, puzzleOptimizer, emaDecay, trains }: Omit<TrainingStepOptions, 'tokenLoss'>,
  { carry, gradients, puzzle }: AppliedGradients,
  { optimizerState, ema, rates }: Pick<TrainingStepInput, 'optimizerState' | 'ema' | 'rates'>,
): Pick<TrainingStepOutput, 'parameters' | 'optimizerState' | 'ema'> {
  return tf.tidy(() => {
    const trained: NamedTensors = trainedParameters(network, trains);
    const { updates, state } = optimizer.update(gradients, optimizerState, {
      parameters: trained,
      kinds: parameterKinds(network),
      learningRate: rates.parameters,
    });
    const parameters = mapNamed(updates, (update, name) => {
      expectShape(`optimizer, update of ${name}`, update, trained[name]!.shape);
      return tf.add(trained[name]!, update);
    });
    // As the official code averages: only what the main optimizer trains.
    const averaged =
      emaDecay === undefined
        ? {}
        : mapNamed(ema, (old, name) => tf.add(tf.mul(1 - emaDecay, parameters[name]!), tf.mul(emaDecay, old)));
    const { puzzleTable } = network;
    if (puzzle.rows && puzzle.gradients && puzzleTable && puzzleOptimizer) {
      parameters[trainedPuzzleTable(network, trains)!] = puzzleOptimizer.update({
        table: puzzleTable,
        identifiers: carry.puzzle.puzzleIdentifiers,
        rows: puzzle.rows,
        gradients: puzzle.gradients,
        learningRate: rates.puzzles,
      });
    }
    return { parameters, optimizerState: state, ema: averaged };
  });
}

/** Turns the gradients of an update into new values, and the sums that must be finite before they are applied. */
export function finishStep(
  options: Omit<TrainingStepOptions, 'tokenLoss'>,
  update: AppliedGradients & Pick<UpdateGradients, 'loss'>,
  input: Pick<TrainingStepInput, 'optimizerState' | 'ema' | 'rates'>,
): Pick<TrainingStepOutput, 'parameters' | 'optimizerState' | 'ema' | 'sums'> {
  return tf.tidy(() => {
    const next = applyGradients(options, update, input);
    const sums: NamedTensors = { loss: update.loss };
    for (const [name, gradient] of Object.entries(update.gradients)) sums[`gradient/${name}`] = tf.sum(gradient);
    if (update.puzzle.gradients) {
      sums[`gradient/${trainedPuzzleTable(options.network, options.trains)}`] = tf.sum(update.puzzle.gradients);
    }
    for (const [name, value] of Object.entries(next.parameters)) sums[`parameter/${name}`] = tf.sum(value);
    return { ...next, sums };
  });
}
