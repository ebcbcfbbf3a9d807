import * as tf from '@tensorflow/tfjs-core';
import type { Communicator, Wire } from '@hrm/distributed';
import { disposeAll, uncompiled, type Compile } from '@hrm/layers';
import { allReduceTensors } from '../ranks/all-reduce-tensors';
import { gatherRows } from '../ranks/gather-rows';
import { keepAll } from '../state/training-state';
import { compiledFinish } from './compiled-finish';
import { microBatchGradients } from './micro-batched-step';
import { gradientsInLanes, type GradientsOfSlots } from './gradients-in-lanes';
import type { TrainingStepInput, TrainingStepOptions, TrainingStepOutput } from './training-step-options';

/** Options of {@link sharedStep}. */
interface SharedStepOptions {
  communicator: Communicator;
  /** How gradients travel. Default `float32`. */
  wire: Wire | undefined;
  microBatch: number | undefined;
  lanes: number;
  compile?: Compile;
}

/** What a step reports as sums over the batch. */
type SummedFigures = Pick<TrainingStepOutput, 'metrics' | 'counts' | 'haltingSteps'>;

/**
 * Runs a step on the input that a function makes. The caller disposes the output.
 */
export type RunStep = (input: () => TrainingStepInput) => TrainingStepOutput | Promise<TrainingStepOutput>;

/**
 * Makes the training step of one of several ranks. Each rank has its slots of one batch, and computes their gradients,
 * divided by the size of the whole batch. The ranks sum them, and then all make the same update. So the step is that of
 * one process with the whole batch, within rounding. Losses, metrics and halting steps of the output are sums over all
 * ranks; the carry is that of the rank's slots.
 *
 * Source: official HRM, `pretrain.py`, `train_batch`, with `world_size` above 1.
 */
export function sharedStep(
  options: TrainingStepOptions,
  { communicator, wire, microBatch, lanes, compile = uncompiled }: SharedStepOptions,
): RunStep & { dispose(): void } {
  const gradientsOf: GradientsOfSlots & { dispose?: () => void } = microBatch
    ? microBatchGradients(options, { microBatch, lanes, compile })
    : compile(gradientsInLanes(options, lanes));
  const finish = compiledFinish(options, compile);
  /** Gradients and figures of this rank's slots, and what the update needs of the input. */
  const computeOwn = (input: () => TrainingStepInput) => {
    let lasting: Pick<TrainingStepInput, 'optimizerState' | 'ema'>;
    const kept = keepAll(
      tf.tidy(() => {
        const { carry, offered, draws, optimizerState, ema, rates } = input();
        lasting = { optimizerState, ema };
        return { rates, own: gradientsOf({ carry, offered, draws }, carry.halted.shape[0] * communicator.size) };
      }),
    );
    return { ...kept, ...lasting! };
  };
  const step: RunStep = async (input) => {
    const { optimizerState, ema, rates, own } = computeOwn(input);
    const { carry, puzzle, gradients: ownGradients, ...summed } = own;
    const temporary: unknown[] = [ownGradients, summed, puzzle, rates];
    let figures: SummedFigures | undefined;
    try {
      const { loss, ...rest } = await allReduceTensors(communicator, summed);
      temporary.push(loss);
      figures = rest;
      const gradients = await allReduceTensors(communicator, ownGradients, wire);
      temporary.push(gradients);
      const rows = await gatherRows(communicator, options.network, own);
      temporary.push(rows);
      // The loss is one of the sums of the step, too.
      const finished = keepAll(
        tf.tidy(() => finish({ ...rows, gradients, loss: tf.clone(loss) }, { optimizerState, ema, rates })),
      );
      return { carry, ...figures, ...finished };
    } catch (error) {
      disposeAll([carry, figures]);
      throw error;
    } finally {
      disposeAll(temporary);
    }
  };
  const dispose = () => {
    gradientsOf.dispose?.();
    finish.dispose?.();
  };
  return Object.assign(step, { dispose });
}
