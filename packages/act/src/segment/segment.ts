import * as tf from '@tensorflow/tfjs-core';
import { expectShape, stopGradient, withoutGradient, type NamedTensors } from '@hrm/layers';
import { haltingLosses } from '../controllers/halting-controller';
import type { TokenLoss } from '../losses/token-loss';
import { answerFigures, countAnswers } from '../metrics/answer-figures';
import { countHaltingSteps } from '../metrics/halting-histogram';
import { expectSlotMetric, type Divisor, type MetricCounts, type MetricSum, type SlotMetric } from '../metrics/metric';
import type { ByMetric } from '../metrics/metric-name';
import type { Carry } from './carry';
import type { ReasoningNetwork } from './reasoning-network';

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
  /**
   * Slots that have halted, and were given no new puzzle, rest: their carry stays as it is, and they count for nothing
   * in the losses and figures. Without it they go on. Default false.
   */
  rest?: boolean;
}

/** What a segment makes of the carry; for the slots that rest, what it was. */
type AfterSegment = {
  latents: Carry['latents'];
  steps: tf.Tensor1D;
  halted: tf.Tensor1D;
  decided: tf.Tensor1D;
  state: NamedTensors;
};

/** Undoes a segment in the slots that had halted before it. */
function letRest({ halted, latents, steps, halting }: Carry, next: AfterSegment): AfterSegment {
  const keep = <T extends tf.Tensor>(before: tf.Tensor, after: T) =>
    tf.where(tf.reshape(halted, [-1, ...after.shape.slice(1).map(() => 1)]), before, after) as T;
  return {
    latents: { zH: keep(latents.zH, next.latents['zH']!), zL: keep(latents.zL, next.latents['zL']!) },
    steps: keep(steps, next.steps),
    halted: tf.logicalOr(halted, next.halted),
    decided: tf.logicalOr(halted, next.decided),
    state: Object.fromEntries(Object.entries(next.state).map(([name, after]) => [name, keep(halting[name]!, after)])),
  };
}

/** The likeliest token at each position, `[batch, seqLen]`, int32; a constant to gradients. */
const likeliestTokens = (logits: tf.Tensor3D) => withoutGradient(() => tf.argMax<tf.Tensor2D>(logits, -1));

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
  /** What the schedule adds to the loss, `[batch]`; undefined for most. */
  regularizer: tf.Tensor1D | undefined;
  /** Figures that the schedule reports of each slot, `[batch]` each. */
  scheduleMetrics: { [name: string]: tf.Tensor1D };
  /** 0 in the slots that rest, `[batch]`; undefined where none may. */
  awake: tf.Tensor1D | undefined;
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
  const { training = false, haltEarly = training, carryGradient = false, rest = false, draws } = options;
  const puzzleRows = options.puzzleRows ?? network.puzzleRows(admitted.puzzle);
  const { halting } = network;
  const { puzzle } = admitted;

  const x = network.embed(puzzle, puzzleRows);
  const { latents, regularizer, metrics } = network.refine(admitted.latents, x, draws);
  const logits = network.readOut(latents.zH);
  const haltLogits = halting.logits?.(latents.zH) ?? {};
  const batchSize = admitted.steps.shape[0];
  for (const [name, logit] of Object.entries(haltLogits)) {
    expectShape(`halting controller ${halting.name}, logit ${name}`, logit, [batchSize]);
  }

  const passOn = carryGradient ? <T>(f: () => T) => f() : withoutGradient;
  const next = passOn(() => {
    const after = { zH: tf.clone(latents.zH), zL: tf.clone(latents.zL) };
    const steps = tf.add<tf.Tensor1D>(admitted.steps, tf.scalar(1, 'int32'));
    const decision = halting.decide({
      logits: haltLogits,
      steps,
      draws,
      training,
      state: admitted.halting,
      before: admitted.latents,
      after,
      answer: () => likeliestTokens(logits),
      answerBefore: () => likeliestTokens(network.readOut(admitted.latents.zH)),
      readOut: (zH) => network.readOut(zH),
    });
    expectShape(`halting controller ${halting.name}, halted`, decision.halted, [batchSize]);
    const halted = haltEarly ? decision.halted : tf.greaterEqual<tf.Tensor1D>(steps, halting.maxSegments);
    const next = { latents: after, steps, halted, decided: decision.halted, state: decision.state ?? {} };
    return rest ? letRest(admitted, next) : next;
  });
  const lookAhead =
    training && halting.needsLookAhead
      ? withoutGradient(() => halting.logits?.(network.refine(next.latents, x).latents.zH) ?? {})
      : {};

  return {
    carry: {
      latents: next.latents,
      steps: next.steps,
      halted: stopGradient(next.halted),
      puzzle,
      halting: next.state,
    },
    logits,
    haltLogits,
    decided: stopGradient(next.decided),
    lookAhead,
    stateBefore: admitted.halting,
    regularizer,
    scheduleMetrics: metrics ?? {},
    awake: rest ? withoutGradient(() => tf.sub<tf.Tensor1D>(1, tf.cast(admitted.halted, 'float32'))) : undefined,
  };
}

/** Loss and figures of a segment, summed over the batch. */
export type Supervision = {
  /** What training minimises: token and halting losses, and the schedule's regularizer. */
  total: tf.Scalar;
  /** Each with what it is divided by. */
  metrics: ByMetric<MetricSum>;
  counts: MetricCounts;
  /** How many of the slots counted halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
};

/**
 * The losses of a segment, summed over the batch, and the figures the official code reports: `accuracy`,
 * `exactAccuracy` and `steps` over the slots that have just halted and have any label, `tokenLoss` over all, and the
 * controller's and schedule's own. Those of a schedule are means over the slots that ran.
 *
 * Source: official HRM, `models/losses.py`, `ACTLossHead.forward`.
 *
 * @throws ShapeError, TypeError for losses and metrics that are not one value a slot, or do not say what they are
 *   divided by.
 */
export function superviseSegment(network: ReasoningNetwork, segment: Segment, tokenLoss: TokenLoss): Supervision {
  const { carry, logits, haltLogits, lookAhead, stateBefore, regularizer, scheduleMetrics, awake } = segment;
  const { labels } = carry.puzzle;
  const batchSize = carry.steps.shape[0];

  const figures = answerFigures(logits, labels);
  const { correct, divisor, labelled } = figures;
  const { ran, counted } = withoutGradient(() => {
    const halted = tf.cast(carry.halted, 'float32');
    const ran = awake ? tf.mul<tf.Tensor1D>(awake, labelled) : tf.clone(labelled);
    return { ran, counted: tf.mul<tf.Tensor1D>(awake ? tf.mul(halted, awake) : halted, labelled) };
  });
  const sumWhere = (mask: tf.Tensor1D | undefined, values: tf.Tensor1D) => {
    const numbers = values.dtype === 'float32' ? values : tf.cast(values, 'float32');
    return tf.sum<tf.Scalar>(mask ? tf.where(tf.greater(mask, 0), numbers, tf.zerosLike(numbers)) : numbers);
  };
  const sumLoss = (name: string, values: tf.Tensor1D) => {
    expectShape(name, values, [batchSize], 'one value a slot');
    return sumWhere(awake, values);
  };
  const masks: { [D in Divisor]: tf.Tensor1D | undefined } = { batch: awake, segments: ran, counted };
  const metrics: Supervision['metrics'] = {};
  const report = (owner: string, name: string, metric: SlotMetric) => {
    expectSlotMetric(`${owner}, metric ${name}`, metric, batchSize);
    if (Object.hasOwn(metrics, name)) {
      throw new Error(`${owner}: its metric ${name} has the name of another metric; give it another one`);
    }
    const { values, dividedBy } = metric;
    metrics[name] = { total: sumWhere(masks[dividedBy], values), dividedBy };
  };

  const { count, ...answers } = countAnswers(figures, counted, carry.steps);
  for (const [name, total] of Object.entries(answers)) metrics[name] = { total, dividedBy: 'counted' };
  const perSequence = tf.sum<tf.Tensor1D>(tf.div(tokenLoss(logits, labels), tf.expandDims(divisor, -1)), -1);
  report('token loss', 'tokenLoss', { values: perSequence, dividedBy: 'batch' });

  const controller = `halting controller ${network.halting.name}`;
  const losses = haltingLosses(network.halting, {
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
  for (const [name, metric] of Object.entries(losses.metrics)) report(controller, name, metric);
  for (const [name, values] of Object.entries(scheduleMetrics)) {
    report('recursion schedule', name, { values, dividedBy: 'segments' });
  }
  const total = sumLoss(`${controller}, total`, losses.total);
  return {
    total: regularizer ? tf.add(total, sumLoss('recursion schedule, regularizer', regularizer)) : total,
    metrics,
    counts: { segments: tf.sum(ran), counted: count },
    haltingSteps: countHaltingSteps(carry.steps, counted, network.halting.maxSegments),
  };
}
