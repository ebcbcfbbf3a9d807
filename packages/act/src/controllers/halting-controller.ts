import type * as tf from '@tensorflow/tfjs-core';
import { expectReturned } from '@hrm/layers/internal';
import { expectShape, type Layer, type NamedTensors, type RandomStream } from '@hrm/layers';
import type { Latents, HostDraws } from '@hrm/recursion';
import type { SlotMetric } from '../metrics/metric';
import type { ByMetric } from '../metrics/metric-name';

/** The input of `HaltingController.decide`. */
export interface HaltingDecision {
  /** The controller's logits of this segment. Without gradient, unless the carry keeps its gradient. */
  logits: NamedTensors;
  /** Segments of each slot so far, including this one, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /** The random numbers of this segment; undefined outside training, where nothing explores. */
  draws: NamedTensors | undefined;
  /** Whether this is training. Some controllers run more segments in training. */
  training: boolean;
  /** The controller's state before this segment. */
  state: NamedTensors;
  /** The latents before and after the segment's refinements. */
  before: Latents;
  after: Latents;
  /**
   * Computes the answer after this segment: the most likely token at each position, `[batch, seqLen]`, int32. Without
   * gradient.
   */
  answer(): tf.Tensor2D;
  /**
   * Computes the answer before this segment from `before.zH`, with the current weights. At the first segment of a
   * puzzle it comes from the start vectors and is meaningless.
   */
  answerBefore(): tf.Tensor2D;
  /**
   * Token logits of latents, `[batch, seqLen, vocab]`: `readOut(after.zH)`. With gradient, if the carry keeps its
   * gradient.
   */
  readOut(zH: tf.Tensor3D): tf.Tensor3D;
}

/** Sizes given to `HaltingController.initialState`. */
export interface HaltingStateSizes {
  /** Tokens of a puzzle. */
  seqLen: number;
}

/** The output of `HaltingController.decide`. */
export interface HaltingOutcome {
  /** Which slots halt, `[batch]`, bool. */
  halted: tf.Tensor1D;
  /**
   * The state after this segment, with the names and shapes of `initialState`. If the carry keeps its gradient,
   * gradient flows through the state into the losses of later segments: compute it without comparisons, or put these in
   * `withoutGradient`. Default none.
   */
  state?: NamedTensors;
}

/** The input of `HaltingController.losses`. */
export interface HaltingLossContext {
  /** The controller's logits of this segment, with gradient. */
  logits: NamedTensors;
  /** Token loss of each sequence, `[batch]`, with gradient. */
  tokenLoss: tf.Tensor1D;
  /** 1 where all labelled tokens are right, `[batch]`, float32. */
  correct: tf.Tensor1D;
  /** 1 in slots that have just halted and have a label, `[batch]`, float32. Metrics count these. */
  counted: tf.Tensor1D;
  /** Which slots have halted at this segment, `[batch]`, bool: by decision, or because it is the last segment. */
  halted: tf.Tensor1D;
  /**
   * The controller's logits one segment later, or of this segment for `needsLookAhead: 'own'`, without gradient; only in
   * training and with `needsLookAhead`.
   */
  lookAhead: NamedTensors | undefined;
  /** Segments of each slot so far, including this one, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /**
   * The controller's state before and after this segment. Without gradient, unless several segments share one update
   * and the carry keeps its gradient.
   */
  stateBefore: NamedTensors;
  stateAfter: NamedTensors;
}

/** A controller's losses, one value per slot. The caller decides which slots count. */
export interface HaltingLosses {
  /**
   * The loss that training minimises, including the token loss, `[batch]`. Must be linear in the token loss, so that
   * controllers can be combined.
   */
  total: tf.Tensor1D;
  /** Metrics to report, each with its divisor. */
  metrics: ByMetric<SlotMetric>;
}

/**
 * Decides when a puzzle halts. It may learn this, and owns the parameters of its head, if it has one. `name`,
 * `parameters`, `maxSegments` and `decide` are required; the rest is optional.
 *
 * It must not draw random numbers or read tensor values: random numbers are inputs (`draws`). So a whole training step
 * can be recorded once and run as one graph.
 */
export interface HaltingController extends Layer {
  readonly name: string;
  /** Segments after which every puzzle halts. */
  readonly maxSegments: number;
  /**
   * Whether the losses need the logits one segment later. Costs one more forward pass in training. With `'own'` they
   * need the logits of this segment as a target, for something that the state holds of the segment before: no further
   * pass. Default false.
   */
  readonly needsLookAhead?: boolean | 'own';
  /**
   * Whether `losses` weights the token loss of each segment, as a distribution over segments does. Default false: the
   * token loss is added unweighted.
   */
  readonly weighsTokenLoss?: boolean;
  /** The logit whose sigmoid predicts the probability that the answer is right. Default: no logit predicts it. */
  readonly rightLogit?: string;
  /** Draws the random numbers of one training segment. Default none. */
  draw?(random: RandomStream, batchSize: number): HostDraws;
  /**
   * The state of each slot when a new puzzle enters: tensors whose first axis is the batch, such as `[batch]`, or
   * `[batch, seqLen]` to remember an answer. Default none.
   */
  initialState?(batchSize: number, sizes: HaltingStateSizes): NamedTensors;
  /** The head's outputs, `[batch]` each. Default none. @param zH `[batch, seq, hidden]` */
  logits?(zH: tf.Tensor3D): NamedTensors;
  /** Decides which slots halt after this segment. All slots must halt from `maxSegments` on. */
  decide(decision: HaltingDecision): HaltingOutcome;
  /** The loss that training minimises, and metrics. Default: the token loss alone. */
  losses?(context: HaltingLossContext): HaltingLosses;
}

const named = ({ name }: HaltingController) => `halting controller ${name}`;

/** The decision of a controller. @throws TypeError, ShapeError if it returns something else. */
export function haltingOutcome(controller: HaltingController, decision: HaltingDecision): HaltingOutcome {
  const what = named(controller);
  const outcome = expectReturned(`${what}: decide`, controller.decide(decision), '{ halted, state } or { halted }');
  expectShape(`${what}, halted`, outcome.halted, decision.steps.shape);
  if (outcome.state !== undefined) expectReturned(`${what}: the state that decide`, outcome.state, 'tensors by name');
  return outcome;
}

/** The losses of a controller; the token loss, if it has no `losses`. @throws as {@link haltingOutcome}. */
export function haltingLosses(controller: HaltingController, context: HaltingLossContext): HaltingLosses {
  if (!controller.losses) return { total: context.tokenLoss, metrics: {} };
  const what = named(controller);
  const losses = expectReturned(`${what}: losses`, controller.losses(context), '{ total, metrics }');
  expectShape(`${what}, total`, losses.total, context.steps.shape, 'one value per slot');
  expectReturned(`${what}: the metrics that losses`, losses.metrics, 'metrics by name, {} for none');
  return losses;
}

/** The logits of a controller; none, if it has no `logits`. @throws as {@link haltingOutcome}. */
export function haltingLogits(controller: HaltingController, zH: tf.Tensor3D): NamedTensors {
  if (!controller.logits) return {};
  const what = named(controller);
  const logits = expectReturned(`${what}: logits`, controller.logits(zH), 'tensors by name, {} for none');
  for (const [name, logit] of Object.entries(logits)) expectShape(`${what}, logit ${name}`, logit, [zH.shape[0]]);
  return logits;
}

/** The random numbers of a controller for one segment; none, if it has no `draw`. @throws TypeError for anything else. */
export function haltingDraws(controller: HaltingController, random: RandomStream, batchSize: number): HostDraws {
  if (!controller.draw) return {};
  return expectReturned(
    `${named(controller)}: draw`,
    controller.draw(random, batchSize),
    'arrays by name, {} for none',
  );
}

/** The state of a controller for new puzzles; none, if it has no `initialState`. @throws as {@link haltingOutcome}. */
export function initialHaltingState(
  controller: HaltingController,
  batchSize: number,
  sizes: HaltingStateSizes,
): NamedTensors {
  if (!controller.initialState) return {};
  return expectReturned(
    `${named(controller)}: initialState`,
    controller.initialState(batchSize, sizes),
    'tensors by name, {} for none',
  );
}

/** The input of a {@link HaltingFactory}: facts about the model. */
export interface HaltingContext {
  hiddenSize: number;
  random: RandomStream;
}

/** Makes a controller for a model: `qLearningHalting({ maxSegments: 16 })`, or your own. */
export type HaltingFactory = (context: HaltingContext) => HaltingController;
