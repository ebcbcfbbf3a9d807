import * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '@hrm/layers/internal';
import { finishStep } from './apply-gradients';
import { gradientsInLanes } from './gradients-in-lanes';
import { STEP_OPTIONS, type TrainingStep, type TrainingStepOptions } from './training-step-options';

/**
 * Makes a training step: one update of deep supervision on every slot of the batch, its gradients, and the new values
 * of everything that training changes. The step is a pure function. It reads no values of tensors and draws no random
 * numbers, so it can be recorded once and run as one graph.
 *
 * @param parts `lanes`: the number of parts of the batch that a graph computes in parallel. Must divide the batch. Default 1.
 */
export function trainingStep(options: TrainingStepOptions, parts: { lanes?: number } = {}): TrainingStep {
  expectOptions('trainingStep', options, STEP_OPTIONS);
  expectOptions('trainingStep', parts, ['lanes']);
  const gradientsOf = gradientsInLanes(options, parts.lanes ?? 1);
  return (input) =>
    tf.tidy(() => {
      const update = gradientsOf(input, input.carry.halted.shape[0]);
      const { carry, metrics, counts, haltingSteps } = update;
      return { carry, metrics, counts, haltingSteps, ...finishStep(options, update, input) };
    });
}
