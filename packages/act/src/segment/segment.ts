import * as tf from '@tensorflow/tfjs-core';
import { expectShape, stopGradient, withoutGradient, type NamedTensors } from '@hrm/layers';
import { expectOptions, expectReturned } from '@hrm/layers/internal';
import { haltingLogits, haltingLosses, haltingOutcome } from '../controllers/halting-controller';
import type { Latents } from '@hrm/recursion';
import type { TokenLoss } from '../losses/token-loss';
import { answerFigures, countAnswers } from '../metrics/answer-figures';
import { countHaltingSteps } from '../metrics/halting-histogram';
import { expectSlotMetric, type Divisor, type MetricCounts, type MetricSum, type SlotMetric } from '../metrics/metric';
import type { ByMetric } from '../metrics/metric-name';
import type { Carry } from './carry';
import type { ReasoningNetwork } from './reasoning-network';

/** Options of {@link runSegment}. */
export interface SegmentOptions {
  /** Whether this is training. If so, the segment also looks ahead for controllers that need it. Default false. */
  training?: boolean;
  /**
   * Whether slots halt when the controller decides so. If false, all slots run to the controller's last segment, as in
   * the official evaluation. Default: `training`.
   */
  haltEarly?: boolean;
  /** Random numbers of the controller and the schedule for this segment. Default none: no exploration. */
  draws?: NamedTensors | undefined;
  /**
   * Rows of the puzzle embedding. Default: looked up. Training passes them, to differentiate with respect to them.
   */
  puzzleRows?: tf.Tensor2D | undefined;
  /**
   * Whether the latents and halting state of the carry keep their gradient, for an update over several segments. If
   * false, gradient does not flow from one segment to the one before. Default false.
   */
  carryGradient?: boolean;
  /**
   * Whether slots that have halted and got no new puzzle rest: their carry stays the same, and losses and metrics
   * ignore them. If false, they run on. Default false.
   */
  rest?: boolean;
}

const OPTIONS = ['training', 'haltEarly', 'draws', 'puzzleRows', 'carryGradient', 'rest'] as const;

/** The carry after a segment. */
type AfterSegment = {
  latents: Carry['latents'];
  steps: tf.Tensor1D;
  halted: tf.Tensor1D;
  decided: tf.Tensor1D;
  state: NamedTensors;
};

/** Keeps the state before the segment in slots that had halted before it. */
function keepResting({ halted, latents, steps, halting }: Carry, next: AfterSegment): AfterSegment {
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

/** The most likely token at each position, `[batch, seqLen]`, int32; without gradient. */
const mostLikelyTokens = (logits: tf.Tensor3D) => withoutGradient(() => tf.argMax<tf.Tensor2D>(logits, -1));

/** Outputs of one segment of deep supervision. */
export type Segment = {
  /** The carry for the next segment; without gradient, unless `carryGradient` is set. */
  carry: Carry;
  /** Token logits, `[batch, seqLen, vocab]`. */
  logits: tf.Tensor3D;
  /** The halting controller's logits, `[batch]` each. */
  haltLogits: NamedTensors;
  /** The controller's decision which slots halt, `[batch]`, bool, also if `haltEarly` is false. */
  decided: tf.Tensor1D;
  /**
   * The halting controller's logits one segment later, or of this segment for `needsLookAhead: 'own'`, without
   * gradient; only in training and with `needsLookAhead`.
   */
  lookAhead: NamedTensors;
  /** The controller's state before this segment. */
  stateBefore: NamedTensors;
  /** The schedule's regularizer, added to the loss, `[batch]`; undefined for most schedules. */
  regularizer: tf.Tensor1D | undefined;
  /** Metrics of the schedule, `[batch]` each. */
  scheduleMetrics: { [name: string]: tf.Tensor1D };
  /** 0 in slots that rest, else 1, `[batch]`; undefined without `rest`. */
  active: tf.Tensor1D | undefined;
};

/**
 * Runs one segment: refines the latents, computes token and halting logits, and decides which slots halt.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1.forward`.
 *
 * @param admitted the carry, after `admitPuzzles`.
 * @throws ShapeError unless the halting controller returns one value per slot.
 */
export function runSegment(network: ReasoningNetwork, admitted: Carry, options: SegmentOptions = {}): Segment {
  expectOptions('runSegment', options, OPTIONS);
  const { training = false, haltEarly = training, carryGradient = false, rest = false, draws } = options;
  const puzzleRows = options.puzzleRows ?? network.puzzleRows(admitted.puzzle);
  const { halting } = network;
  const { puzzle } = admitted;

  const x = network.embed(puzzle, puzzleRows);
  const refine = (latents: Latents, drawn?: NamedTensors) => {
    const refinement = expectReturned('network: refine', network.refine(latents, x, drawn), '{ latents }');
    const { zH, zL } = expectReturned('network: the latents that refine', refinement.latents, '{ zH, zL }');
    expectShape('network, zH of refine', zH, admitted.latents.zH.shape);
    expectShape('network, zL of refine', zL, admitted.latents.zL.shape);
    return refinement;
  };
  const { latents, regularizer, metrics } = refine(admitted.latents, draws);
  const logits = network.readOut(latents.zH);
  expectShape('network, logits of readOut', logits, ['batch', network.seqLen, 'vocab']);
  const haltLogits = haltingLogits(halting, latents.zH);

  const keepGradient = carryGradient ? <T>(f: () => T) => f() : withoutGradient;
  const next = keepGradient(() => {
    const after = { zH: tf.clone(latents.zH), zL: tf.clone(latents.zL) };
    const steps = tf.add<tf.Tensor1D>(admitted.steps, tf.scalar(1, 'int32'));
    const decision = haltingOutcome(halting, {
      logits: haltLogits,
      steps,
      draws,
      training,
      state: admitted.halting,
      before: admitted.latents,
      after,
      answer: () => mostLikelyTokens(logits),
      answerBefore: () => mostLikelyTokens(network.readOut(admitted.latents.zH)),
      readOut: (zH) => network.readOut(zH),
    });
    const halted = haltEarly ? decision.halted : tf.greaterEqual<tf.Tensor1D>(steps, halting.maxSegments);
    const next = { latents: after, steps, halted, decided: decision.halted, state: decision.state ?? {} };
    return rest ? keepResting(admitted, next) : next;
  });
  const lookAhead =
    training && halting.needsLookAhead
      ? withoutGradient(() => {
          const later = halting.needsLookAhead === 'own' ? latents : refine(next.latents).latents;
          return haltingLogits(halting, later.zH);
        })
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
    active: rest ? withoutGradient(() => tf.sub<tf.Tensor1D>(1, tf.cast(admitted.halted, 'float32'))) : undefined,
  };
}

/** Label smoothing has every token as a target. With a logit of -1e9, its loss would be huge. */
function expectPossibleTargets(network: ReasoningNetwork, { smoothing = 0 }: TokenLoss): void {
  if (!network.hasImpossibleTokens || smoothing === 0) return;
  throw new RangeError(
    `tokenLoss: label smoothing of ${smoothing} makes every token a target, but the candidates of this network make ` +
      'some tokens impossible; take the loss without smoothing',
  );
}

/** Loss and metrics of a segment, summed over the batch. */
export type Supervision = {
  /** The loss that training minimises: token and halting losses, and the schedule's regularizer. */
  total: tf.Scalar;
  /** Metrics with their divisors. */
  metrics: ByMetric<MetricSum>;
  counts: MetricCounts;
  /** How many counted slots halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
};

/**
 * Computes the losses of a segment, summed over the batch, and the metrics of the official code: `accuracy`,
 * `exactAccuracy` and `steps` over slots that have just halted and have a label, and `tokenLoss` over all slots. Adds
 * the metrics of the controller and the schedule.
 *
 * Source: official HRM, `models/losses.py`, `ACTLossHead.forward`.
 *
 * @throws ShapeError for losses and metrics that are not one value per slot.
 * @throws TypeError for metrics without a divisor.
 */
export function superviseSegment(network: ReasoningNetwork, segment: Segment, tokenLoss: TokenLoss): Supervision {
  const { carry, logits, haltLogits, lookAhead, stateBefore, regularizer, scheduleMetrics, active } = segment;
  const { labels } = carry.puzzle;
  expectPossibleTargets(network, tokenLoss);
  const batchSize = carry.steps.shape[0];

  const figures = answerFigures(logits, labels);
  const { correct, divisor, labelled } = figures;
  const { ran, counted } = withoutGradient(() => {
    const halted = tf.cast(carry.halted, 'float32');
    const ran = active ? tf.mul<tf.Tensor1D>(active, labelled) : tf.clone(labelled);
    return { ran, counted: tf.mul<tf.Tensor1D>(active ? tf.mul(halted, active) : halted, labelled) };
  });
  const sumWhere = (mask: tf.Tensor1D | undefined, values: tf.Tensor1D) => {
    const numbers = values.dtype === 'float32' ? values : tf.cast(values, 'float32');
    return tf.sum<tf.Scalar>(mask ? tf.where(tf.greater(mask, 0), numbers, tf.zerosLike(numbers)) : numbers);
  };
  const sumLoss = (name: string, values: tf.Tensor1D) => {
    expectShape(name, values, [batchSize], 'one value per slot');
    return sumWhere(active, values);
  };
  const masks: { [D in Divisor]: tf.Tensor1D | undefined } = { batch: active, segments: ran, counted };
  const metrics: Supervision['metrics'] = {};
  const report = (owner: string, name: string, metric: SlotMetric) => {
    expectSlotMetric(`${owner}, metric ${name}`, metric, batchSize);
    if (Object.hasOwn(metrics, name)) {
      throw new Error(`${owner}: there is another metric called ${name}; give it another name`);
    }
    const { values, dividedBy } = metric;
    metrics[name] = { total: sumWhere(masks[dividedBy], values), dividedBy };
  };

  const { count, ...answers } = countAnswers(figures, counted, carry.steps);
  for (const [name, total] of Object.entries(answers)) metrics[name] = { total, dividedBy: 'counted' };
  const byToken = tokenLoss(logits, labels);
  expectShape('tokenLoss', byToken, labels.shape, 'it returns the loss of each position, 0 where there is no label');
  const perSequence = tf.sum<tf.Tensor1D>(tf.div(byToken, tf.expandDims(divisor, -1)), -1);
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
  const total = sumWhere(active, losses.total);
  return {
    total: regularizer ? tf.add(total, sumLoss('recursion schedule, regularizer', regularizer)) : total,
    metrics,
    counts: { segments: tf.sum(ran), counted: count },
    haltingSteps: countHaltingSteps(carry.steps, counted, network.halting.maxSegments),
  };
}
