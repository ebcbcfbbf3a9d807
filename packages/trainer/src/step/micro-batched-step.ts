import * as tf from '@tensorflow/tfjs-core';
import { uncompiled, type Compile, type NamedTensors } from '@hrm/layers';
import { callTogether, expectOptions } from '@hrm/layers/internal';
import { mapNamed } from '../optimizers/gradient-transformation';
import { addUpNamed } from './add-up';
import { joinUpdates, sliceSlots } from './batch-parts';
import { compiledFinish } from './compiled-finish';
import type { GradientsOfSlots, StepSlots } from './gradients-in-lanes';
import { trainedParameters } from './trained-parameters';
import { STEP_OPTIONS, type TrainingStep, type TrainingStepOptions } from './training-step-options';
import { updateGradients, type UpdateFigures } from './update-gradients';

/** Options of {@link microBatchedStep}. */
export interface MicroBatchedStepOptions {
  /** Slots that go through the segments together. Must divide the batch. */
  microBatch: number;
  /** How many of these parts run at once. Default 1. */
  lanes?: number;
  /** Such as `compile` of `@hrm/runtime`. Default: run as it is. */
  compile?: Compile;
}

/** Computes the gradients of slots in parts of `microBatch`, and adds them up. */
export function microBatchGradients(
  { network, tokenLoss, trains }: Pick<TrainingStepOptions, 'network' | 'tokenLoss' | 'trains'>,
  { microBatch, lanes = 1, compile = uncompiled }: MicroBatchedStepOptions,
): GradientsOfSlots & Disposable & { dispose(): void } {
  const gradientsOf = compile(function microBatchGradients(part: StepSlots, sofar: NamedTensors, whole: number) {
    return tf.tidy(() => {
      const {
        gradients,
        outputs: _,
        ...update
      } = updateGradients(network, tokenLoss, part, {
        batchSize: whole,
        trains,
      });
      return { ...update, gradients: mapNamed(gradients, (gradient, name) => tf.add(sofar[name]!, gradient)) };
    });
  });
  const all: GradientsOfSlots = ({ carry, offered, draws }, batchSize) =>
    tf.tidy(() => {
      const slots = carry.halted.shape[0];
      if (slots % microBatch !== 0) {
        throw new RangeError(`Trainer: microBatch is ${microBatch}, which does not divide the batch of ${slots}`);
      }
      const firsts = Array.from({ length: slots / microBatch }, (_, i) => i * microBatch);
      const lanesUsed = Math.min(lanes, firsts.length);
      const zeros = () => mapNamed(trainedParameters(network, trains), (parameter) => tf.zerosLike(parameter));
      let gradientsOfLanes: NamedTensors[] = Array.from({ length: lanesUsed }, zeros);
      const updates: UpdateFigures[] = [];
      for (let start = 0; start < firsts.length; start += lanesUsed) {
        const round = firsts.slice(start, start + lanesUsed);
        const results = tf.tidy(() => {
          const calls = round.map((first, lane): [StepSlots, NamedTensors, number] => [
            sliceSlots({ carry, offered, draws }, { first, count: microBatch, of: slots }),
            gradientsOfLanes[lane]!,
            batchSize,
          ]);
          return callTogether(gradientsOf, calls);
        });
        tf.dispose(gradientsOfLanes.slice(0, round.length));
        gradientsOfLanes = [...results.map(({ gradients }) => gradients), ...gradientsOfLanes.slice(round.length)];
        updates.push(...results.map(({ gradients: _, ...update }) => update));
      }
      return { ...joinUpdates(updates), gradients: addUpNamed(gradientsOfLanes) };
    });
  const dispose = () => gradientsOf.dispose?.();
  return Object.assign(all, { dispose, [Symbol.dispose]: dispose });
}

/**
 * A training step that processes the batch in parts and adds up their gradients before the update. It equals the step
 * of `trainingStep` within rounding and needs less memory. It is faster where a part fits the processor's cache and the
 * whole batch does not.
 *
 * @throws RangeError when `microBatch` does not divide the batch
 */
export function microBatchedStep(
  options: TrainingStepOptions,
  parts: MicroBatchedStepOptions,
): TrainingStep & Disposable {
  expectOptions('microBatchedStep', options, STEP_OPTIONS);
  expectOptions('microBatchedStep', parts, ['microBatch', 'lanes', 'compile']);
  const gradientsOf = microBatchGradients(options, parts);
  const finish = compiledFinish(options, parts.compile);
  const step: TrainingStep = (input) =>
    tf.tidy(() => {
      const update = gradientsOf(input, input.carry.halted.shape[0]);
      const { carry, metrics, counts, haltingSteps } = update;
      return { carry, metrics, counts, haltingSteps, ...finish(update, input) };
    });
  const dispose = () => {
    gradientsOf.dispose();
    finish.dispose();
  };
  return Object.assign(step, { dispose, [Symbol.dispose]: dispose });
}
