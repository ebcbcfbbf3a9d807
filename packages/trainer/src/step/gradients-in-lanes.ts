import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { addUpNamed } from './add-up';
import { joinUpdates, sliceSlots } from './batch-parts';
import type { TrainingStepInput, TrainingStepOptions } from './training-step-options';
import { updateGradients, type UpdateFigures, type UpdateGradients } from './update-gradients';

/** The slots of a step, or some of them. */
export type StepSlots = Pick<TrainingStepInput, 'carry' | 'offered' | 'draws'>;

/**
 * Gradients and figures of some slots.
 *
 * @param batchSize of the whole batch, which the gradients are divided by.
 */
export type GradientsOfSlots = (slots: StepSlots, batchSize: number) => UpdateFigures & { gradients: NamedTensors };

/** Computes the gradients of slots in one graph, in `lanes` parts that run in parallel. */
export function gradientsInLanes(
  { network, tokenLoss, trains }: Pick<TrainingStepOptions, 'network' | 'tokenLoss' | 'trains'>,
  lanes: number,
): GradientsOfSlots {
  return ({ carry, offered, draws }, batchSize) =>
    tf.tidy(() => {
      const slots = carry.halted.shape[0];
      const count = slots / lanes;
      if (!Number.isInteger(count)) {
        throw new RangeError(`Trainer: lanes is ${lanes}, which does not divide the batch of ${slots}`);
      }
      const whole = { carry, offered, draws };
      const updates = Array.from({ length: lanes }, (_, lane) => {
        const part = lanes === 1 ? whole : sliceSlots(whole, { first: lane * count, count, of: slots });
        return updateGradients(network, tokenLoss, part, { batchSize, trains });
      });
      const [{ outputs: _, ...first }] = updates as [UpdateGradients];
      const gradients = addUpNamed(updates.map((update) => update.gradients));
      return { ...(lanes === 1 ? first : joinUpdates(updates)), gradients };
    });
}
