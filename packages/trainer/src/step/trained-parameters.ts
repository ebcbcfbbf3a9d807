import { namedParameters, parameterKinds } from '@hrm/layers';
import type { ReasoningNetwork } from '@hrm/act';
import type * as tf from '@tensorflow/tfjs-core';
import { describeParameter, type ParameterPredicate } from '../optimizers/parameter-predicate';

/**
 * The parameters that the main optimizer trains, by name: all but the puzzle table and the initial latents.
 *
 * @param trains which of them are trained. Default all.
 */
export function trainedParameters(
  network: ReasoningNetwork,
  trains: ParameterPredicate = () => true,
): { [name: string]: tf.Variable } {
  const kinds = parameterKinds(network);
  return Object.fromEntries(
    [...namedParameters(network)].filter(
      ([name, parameter]) => parameter.trainable && trains(describeParameter(name, parameter, kinds)),
    ),
  );
}

/**
 * The name of the puzzle table among the parameters; undefined if there is none, or it is not trained.
 *
 * @param trains whether it is trained. Default yes.
 * @throws TypeError when the table is not a parameter, or the main optimizer would train it as well.
 */
export function trainedPuzzleTable(
  network: ReasoningNetwork,
  trains: ParameterPredicate = () => true,
): string | undefined {
  const { puzzleTable } = network;
  if (!puzzleTable) return undefined;
  if (puzzleTable.trainable) {
    throw new TypeError(
      'Trainer: the puzzleTable of the network is trainable, so that two optimizers would change it; ' +
        'make it with tf.variable(values, false), as PuzzleEmbedding does',
    );
  }
  const entry = [...namedParameters(network)].find(([, parameter]) => parameter === puzzleTable);
  if (!entry) {
    throw new TypeError('Trainer: the puzzleTable of the network is not among its parameters; put it there');
  }
  const [name] = entry;
  return trains(describeParameter(name, puzzleTable, parameterKinds(network))) ? name : undefined;
}
