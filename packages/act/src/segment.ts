import * as tf from '@tensorflow/tfjs-core';
import { expectShape, stopGradient, withoutGradient } from '@hrm/layers';
import { answerFigures, countAnswers } from './answer-figures';
import type { Carry } from './carry';
import { countHaltingSteps } from './halting-histogram';
import type { HaltingLosses, NamedTensors } from './halting-controller';
import type { ReasoningNetwork } from './reasoning-network';
import type { TokenLoss } from './token-loss';

/** How a segment is run. */
export interface SegmentOptions {
  /** Looks one segment ahead if the controller learns from that. Default false. */
  training?: boolean;
  /**
   * Halts whom the controller would. Otherwise everyone runs to the controller's last segment, as the official code
   * does outside of training. Default: as `training`.
   */
  haltEarly?: boolean;
  /** The random numbers of the controller and the schedule for this segment. Default none: nobody explores. */
  draws?: NamedTensors | undefined;
  /**
   * The rows of the puzzle embedding that this segment uses. Default: looked up. Training passes them, to
   * differentiate by them.
   */
  puzzleRows?: tf.Tensor2D | undefined;
  /**
   * Leaves the gradient on the carry's latents and halting state, for an update of several segments: their losses,
   * added up, are then differentiated as one. Otherwise a segment's carry is a constant to the next. Default false.
   */
  carryGradient?: boolean;
}

/** One deep-supervision segment's outputs. */
export type Segment = {
  /** The carry for the next segment; without gradient, unless it was asked for. */
  carry: Carry;
  /** Token logits, `[batch, seqLen, vocab]`. */
  logits: tf.Tensor3D;
  /** The halting controller's logits, `[batch]` each. */
  haltLogits: NamedTensors;
  /** Whom the controller would halt, `[batch]`, bool: decided also where everyone runs to the last segment. */
  decided: tf.Tensor1D;
  /** The same one segment later, without gradient; empty unless training with a controller that asks for them. */
  lookAhead: NamedTensors;
  /** The controller's state before this segment. */
  stateBefore: NamedTensors;
  /** What the schedule adds to the loss, zero for most. */
  regularizer: tf.Scalar;
  /** Figures that the schedule reports, summed over the batch. */
  scheduleMetrics: { [name: string]: tf.Scalar };
};

/**
 * Runs one segment: refine the latents, read out tokens and halting values, decide who halts.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1.forward`.
 *
 * @param network the model.
 * @param admitted the carry, new puzzles already let in by `admitPuzzles`.
 * @throws ShapeError when the halting controller gives anything but one value a slot.
 */
export function runSegment(network: ReasoningNetwork, admitted: Carry, options: SegmentOptions = {}): Segment {
  const { training = false, haltEarly = training, carryGradient = false, draws } = options;
  const puzzleRows = options.puzzleRows ?? network.puzzleRows(admitted.puzzle);
  const { halting } = network;
  const { puzzle } = admitted;

  const x = network.embed(puzzle, puzzleRows);
  const { latents, regularizer, metrics } = network.refine(admitted.latents, x, draws);
  const logits = network.readOut(latents.zH);
  const haltLogits = halting.logits(latents.zH);
  const batchSize = admitted.steps.shape[0];
  for (const [name, logit] of Object.entries(haltLogits)) {
    expectShape(`halting controller ${halting.name}, logit ${name}`, logit, [batchSize]);
  }

  const passOn = carryGradient ? <T>(f: () => T) => f() : withoutGradient;
  const next = passOn(() => {
    const after = { zH: tf.clone(latents.zH), zL: tf.clone(latents.zL) };
    const steps = tf.add(admitted.steps, tf.scalar(1, 'int32')) as tf.Tensor1D;
    const decision = halting.decide({
      logits: haltLogits,
      steps,
      draws,
      training,
      state: admitted.halting,
      before: admitted.latents,
      after,
    });
    expectShape(`halting controller ${halting.name}, halted`, decision.halted, [batchSize]);
    const halted = haltEarly ? decision.halted : (tf.greaterEqual(steps, halting.maxSegments) as tf.Tensor1D);
    return {
      latents: after,
      steps,
      halted: stopGradient(halted),
      decided: stopGradient(decision.halted),
      state: decision.state,
    };
  });
  const lookAhead =
    training && halting.needsLookAhead
      ? withoutGradient(() => halting.logits(network.refine(next.latents, x).latents.zH))
      : {};

  return {
    carry: {
      latents: next.latents,
      steps: next.steps,
      halted: next.halted,
      puzzle,
      halting: next.state,
    },
    logits,
    haltLogits,
    decided: next.decided,
    lookAhead,
    stateBefore: admitted.halting,
    regularizer: regularizer ?? tf.scalar(0),
    scheduleMetrics: metrics ?? {},
  };
}

/** Loss and figures of a segment, each a sum over the batch. */
export type Supervision = {
  /** What training minimises: token and halting losses, and the schedule's regularizer. */
  total: tf.Scalar;
  metrics: { [name: string]: tf.Scalar };
  /** How many of the slots that metrics count halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
};

/**
 * The losses of a segment, and the figures the official code reports: `count`, `accuracy`, `exactAccuracy` and `steps`
 * over the slots that have just halted and have any label, `tokenLoss` over all, and the controller's and schedule's own.
 *
 * Source: official HRM, `models/losses.py`, `ACTLossHead.forward`.
 */
export function superviseSegment(network: ReasoningNetwork, segment: Segment, tokenLoss: TokenLoss): Supervision {
  const { carry, logits, haltLogits, lookAhead, stateBefore, regularizer, scheduleMetrics } = segment;
  const { labels } = carry.puzzle;

  const figures = answerFigures(logits, labels);
  const { correct, divisor, labelled } = figures;
  const counted = withoutGradient(() => tf.mul(tf.cast(carry.halted, 'float32'), labelled) as tf.Tensor1D);

  const perSequence = tf.sum(tf.div(tokenLoss(logits, labels), tf.expandDims(divisor, -1)), -1) as tf.Tensor1D;
  const losses: HaltingLosses = network.halting.losses({
    logits: haltLogits,
    tokenLoss: perSequence,
    correct,
    counted,
    halted: carry.halted,
    lookAhead: Object.keys(lookAhead).length > 0 ? lookAhead : undefined,
    steps: carry.steps,
    stateBefore,
    stateAfter: carry.halting,
  });
  return {
    total: tf.add(losses.total, regularizer),
    metrics: {
      ...countAnswers(figures, counted, carry.steps),
      tokenLoss: tf.sum(perSequence),
      ...losses.metrics,
      ...scheduleMetrics,
    },
    haltingSteps: countHaltingSteps(carry.steps, counted, network.halting.maxSegments),
  };
}
