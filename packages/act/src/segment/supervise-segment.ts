import * as tf from '@tensorflow/tfjs-core';
import { expectShape, withoutGradient } from '@hrm/layers';
import { haltingLosses } from '../controllers/halting-controller';
import type { TokenLoss } from '../losses/token-loss';
import { answerFigures, countAnswers } from '../metrics/answer-figures';
import { countHaltingSteps } from '../metrics/halting-histogram';
import { expectSlotMetric, type Divisor, type MetricCounts, type MetricSum, type SlotMetric } from '../metrics/metric';
import type { ByMetric } from '../metrics/metric-name';
import type { ReasoningNetwork } from './reasoning-network';
import type { Segment } from './run-segment';

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
