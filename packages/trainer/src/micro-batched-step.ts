import * as tf from '@tensorflow/tfjs-core';
import { asItIs, mapTensors, type Compile } from '@hrm/layers';
import type { NamedTensors } from '@hrm/act';
import { mapNamed } from './gradient-transformation';
import {
  finishStep,
  trainedParameters,
  updateGradients,
  type TrainingStep,
  type TrainingStepInput,
  type TrainingStepOptions,
  type UpdateGradients,
} from './training-step';

/** How {@link microBatchedStep} goes about it. */
export interface MicroBatchOptions {
  /** Slots that go through the segments together. Must divide the batch. */
  microBatch: number;
  /** Such as `compile` of `@hrm/runtime`. Default: run as it is. */
  compile?: Compile;
}

type Part = Pick<TrainingStepInput, 'carry' | 'offered' | 'draws'>;

/**
 * A training step that takes the batch in parts, one after the other, and adds their gradients up before the update:
 * the same step as `trainingStep`'s within rounding, for less memory, and faster where a part fits the processor's
 * cache and the whole does not.
 *
 * @throws RangeError when `microBatch` does not divide the batch
 */
export function microBatchedStep(
  options: TrainingStepOptions,
  { microBatch, compile = asItIs }: MicroBatchOptions,
): TrainingStep {
  const { network, tokenLoss } = options;
  const gradientsOf = compile(function microBatchGradients(part: Part, sofar: NamedTensors, whole: number) {
    return tf.tidy(() => {
      const { gradients, outputs: _, ...update } = updateGradients(network, tokenLoss, part, whole);
      return { ...update, gradients: mapNamed(gradients, (gradient, name) => tf.add(sofar[name]!, gradient)) };
    });
  });
  const finish = compile(function finishMicroBatches(
    update: Parameters<typeof finishStep>[1],
    input: Parameters<typeof finishStep>[2],
  ) {
    return finishStep(options, update, input);
  });

  const step: TrainingStep = ({ carry, offered, draws, ...rest }) =>
    tf.tidy(() => {
      const batchSize = carry.halted.shape[0];
      if (batchSize % microBatch !== 0) {
        throw new RangeError(`Trainer: microBatch is ${microBatch}, which does not divide the batch of ${batchSize}`);
      }
      let gradients: NamedTensors = mapNamed(trainedParameters(network), (parameter) => tf.zerosLike(parameter));
      const updates: Omit<UpdateGradients, 'gradients' | 'outputs'>[] = [];
      for (let first = 0; first < batchSize; first += microBatch) {
        const { gradients: sum, ...update } = tf.tidy(() => {
          const part = rowsOf({ carry, offered, draws }, { first, count: microBatch, of: batchSize });
          return gradientsOf(part, gradients, batchSize);
        });
        tf.dispose(gradients);
        gradients = sum;
        updates.push(update);
      }
      const joined = joinCarries(updates.map((update) => ({ carry: update.carry, puzzle: update.puzzle })));
      const loss = tf.addN(updates.map((update) => update.loss));
      const { puzzleIdentifiers } = joined.carry.puzzle;
      const applied = { carry: { puzzle: { puzzleIdentifiers } }, gradients, puzzle: joined.puzzle, loss };
      return {
        carry: joined.carry,
        metrics: mapNamed(updates[0]!.metrics, (_, name) => tf.addN(updates.map((update) => update.metrics[name]!))),
        haltingSteps: tf.addN(updates.map((update) => update.haltingSteps)),
        ...finish(applied, rest),
      };
    });
  step.dispose = () => {
    for (const compiled of [gradientsOf, finish] as { dispose?: () => void }[]) compiled.dispose?.();
  };
  return step;
}

/** Some of the slots. Every tensor has a share for each slot of the batch, slot after slot along its first axis. */
function rowsOf<T>(container: T, { first, count, of }: { first: number; count: number; of: number }): T {
  return mapTensors(container, (tensor) => {
    const share = tensor.shape[0]! / of;
    return tf.slice(tensor, [first * share], [count * share]);
  });
}

/** The slots of several containers of one structure, in one. */
function joinCarries<T>(parts: readonly T[]): T {
  const tensors = parts.map((part) => {
    const found: tf.Tensor[] = [];
    mapTensors(part, (tensor) => (found.push(tensor), tensor));
    return found;
  });
  let index = 0;
  return mapTensors(parts[0]!, () => {
    const joined = tf.concat(tensors.map((found) => found[index]!));
    index++;
    return joined;
  });
}
