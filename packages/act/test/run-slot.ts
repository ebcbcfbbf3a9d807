import * as tf from '@tensorflow/tfjs-core';
import type { HaltingController } from '@hrm/act';
import { stopGradient, valueAndGradients } from '@hrm/layers';

/** Answers that no controller may request. */
export const noAnswer = {
  answer: (): tf.Tensor2D => {
    throw new Error('unexpected call of answer');
  },
  answerBefore: (): tf.Tensor2D => {
    throw new Error('unexpected call of answerBefore');
  },
  readOut: (): tf.Tensor3D => {
    throw new Error('unexpected call of readOut');
  },
};

/** The result of {@link runSlot}. */
export interface SlotRun {
  /** Segments until it halted. */
  segments: number;
  /** Sum of their losses. */
  total: number;
  metrics: { [name: string]: number };
  /** Gradient with respect to the logit of each segment. */
  gradients: number[];
  /** The controller's state after each segment. */
  states: { [name: string]: number }[];
}

/**
 * Runs one puzzle until its controller halts it, with given halt logits and token losses.
 *
 * @param carryGradient whether all segments share one update. If false, the state has no gradient.
 */
export function runSlot(
  controller: HaltingController,
  {
    haltLogits,
    tokenLosses,
    training = true,
    carryGradient = false,
  }: {
    haltLogits: readonly number[];
    tokenLosses: readonly number[];
    training?: boolean;
    carryGradient?: boolean;
  },
): SlotRun {
  return tf.tidy(() => {
    const logits = haltLogits.map((logit) => tf.tensor1d([logit]));
    const metrics: SlotRun['metrics'] = {};
    const states: SlotRun['states'] = [];
    let segments = 0;
    const latents = { zH: tf.ones<tf.Rank.R3>([1, 1, 1]), zL: tf.ones<tf.Rank.R3>([1, 1, 1]) };
    const { loss, gradients } = valueAndGradients(() => {
      let state = controller.initialState?.(1, { seqLen: 1 }) ?? {};
      let total = tf.scalar(0);
      for (let ended = false; !ended; segments++) {
        const halt = { halt: logits[segments]! };
        const steps = tf.tensor1d([segments + 1], 'int32');
        const rest = { draws: undefined, training, before: latents, after: latents, ...noAnswer };
        const outcome = controller.decide({ logits: halt, steps, state, ...rest });
        const { state: made = {} } = outcome;
        const stateAfter = carryGradient
          ? made
          : Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name, stopGradient(tensor)]));
        const losses = controller.losses!({
          logits: halt,
          steps,
          tokenLoss: tf.tensor1d([tokenLosses[segments]!]),
          correct: tf.tensor1d([0]),
          counted: tf.cast(outcome.halted, 'float32'),
          halted: stopGradient(outcome.halted),
          lookAhead: undefined,
          stateBefore: state,
          stateAfter,
        });
        total = tf.add(total, tf.sum(losses.total));
        const counts = outcome.halted.dataSync()[0] === 1;
        for (const [name, { values, dividedBy }] of Object.entries(losses.metrics)) {
          const value = dividedBy === 'counted' && !counts ? 0 : values.dataSync()[0]!;
          metrics[name] = (metrics[name] ?? 0) + value;
        }
        states.push(
          Object.fromEntries(Object.entries(stateAfter).map(([name, tensor]) => [name, tensor.dataSync()[0]!])),
        );
        state = stateAfter;
        ended = outcome.halted.dataSync()[0] === 1;
      }
      return { loss: total, auxiliary: {} };
    }, logits);
    return {
      segments,
      total: loss.dataSync()[0]!,
      metrics,
      gradients: gradients.map((gradient) => gradient.dataSync()[0]!),
      states,
    };
  });
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Partial derivatives of a function in float64, by central differences. */
export function derivatives(f: (x: readonly number[]) => number, x: readonly number[]): number[] {
  const h = 1e-5;
  return x.map((value, i) => (f(x.with(i, value + h)) - f(x.with(i, value - h))) / (2 * h));
}
