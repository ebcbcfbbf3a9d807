import type * as tf from '@tensorflow/tfjs-core';
import type { Layer, RandomStream, NamedTensors } from '@hrm/layers';
import type { Latents, HostDraws } from '@hrm/recursion';
import type { SlotMetric } from '../metrics/metric';
import type { ByMetric } from '../metrics/metric-name';

/** What a controller decides on. */
export interface HaltingDecision {
  /** The controller's own logits of this segment; constants to gradients unless the carry keeps its gradient. */
  logits: NamedTensors;
  /** Segments that each slot has had, this one counted, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /** The draws of this segment; undefined outside of training, where nobody explores. */
  draws: NamedTensors | undefined;
  /** Whether this is training: some controllers run longer then than they would to give an answer. */
  training: boolean;
  /** The controller's own state before this segment. */
  state: NamedTensors;
  /** The latents before and after the segment's refinements. */
  before: Latents;
  after: Latents;
  /**
   * The answer after this segment: the likeliest token at each position, `[batch, seqLen]`, int32. Computed when asked
   * for, so that it costs nothing where no controller asks; a constant to gradients.
   */
  answer(): tf.Tensor2D;
  /**
   * The answer before this segment, as today's weights read it from `before.zH`: what `answer` was a segment ago, if
   * they have not changed since. At a puzzle's first segment it is read from the start vectors, and means nothing.
   */
  answerBefore(): tf.Tensor2D;
  /**
   * Token logits of other latents, or to see how sure an answer is: `readOut(after.zH)`, `[batch, seqLen, vocab]`. Part
   * of what is differentiated where the carry keeps its gradient.
   */
  readOut(zH: tf.Tensor3D): tf.Tensor3D;
}

/** What a controller knows when it makes its state. */
export interface HaltingStateSizes {
  /** Tokens of a puzzle. */
  seqLen: number;
}

/** Who halts, and the controller's state after the segment. */
export interface HaltingOutcome {
  /** `[batch]`, bool. */
  halted: tf.Tensor1D;
  /**
   * Named and shaped as `initialState` makes it. Where the carry keeps its gradient, gradient flows through it into the
   * losses of later segments, so make it without comparisons, or have those in `withoutGradient`. Default none.
   */
  state?: NamedTensors;
}

/** What a controller's losses are made of. */
export interface HaltingLossContext {
  /** The controller's own logits of this segment, with gradient. */
  logits: NamedTensors;
  /** Token loss of each sequence, `[batch]`, with gradient. */
  tokenLoss: tf.Tensor1D;
  /** 1 where the whole answer is right, `[batch]`, float32. */
  correct: tf.Tensor1D;
  /** 1 in the slots that metrics count: those that have just halted and have a label, `[batch]`, float32. */
  counted: tf.Tensor1D;
  /** Who has halted at this segment, `[batch]`, bool: what was decided, or everyone at the last segment. */
  halted: tf.Tensor1D;
  /** The controller's logits one segment later, without gradient; only if it asked for them, and in training. */
  lookAhead: NamedTensors | undefined;
  /** Segments that each slot has had, this one counted, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /**
   * The controller's state before this segment, and after. Constants, unless several segments share one update and the
   * carry keeps its gradient between them.
   */
  stateBefore: NamedTensors;
  stateAfter: NamedTensors;
}

/** A controller's losses, slot by slot: which slots count is not its business. */
export interface HaltingLosses {
  /**
   * What training minimises, the token loss counted in, `[batch]`. Linear in the token loss, so that controllers can be
   * combined.
   */
  total: tf.Tensor1D;
  /** Figures to report, each with what its sum is divided by. */
  metrics: ByMetric<SlotMetric>;
}

/**
 * Decides when a puzzle has had enough segments, and may learn to. It owns the parameters of its head, if it has one. It
 * must name its `parameters` and `maxSegments` and `decide`; the rest is for those that need it.
 *
 * Everything it computes must be free of random numbers and of reads of tensor values: draws are inputs. So a whole
 * training step can be recorded once and run as one graph.
 */
export interface HaltingController extends Layer {
  readonly name: string;
  /** Segments after which every puzzle halts. */
  readonly maxSegments: number;
  /** Whether training needs the controller's logits one segment later, at the cost of a forward pass. Default false. */
  readonly needsLookAhead?: boolean;
  /**
   * Whether the losses weigh each segment's token loss, as a distribution over segments does, and so take the place of
   * the plain sum. Default false.
   */
  readonly weighsTokenLoss?: boolean;
  /** The random numbers that one training segment needs. Default none. */
  draw?(random: RandomStream, batchSize: number): HostDraws;
  /**
   * State of its own for each slot, as it is when a new puzzle enters: tensors whose first axis is the batch, such as
   * `[batch]`, or `[batch, seqLen]` to remember an answer. Default none.
   */
  initialState?(batchSize: number, sizes: HaltingStateSizes): NamedTensors;
  /** The head's outputs, `[batch]` each. Default none. @param zH `[batch, seq, hidden]` */
  logits?(zH: tf.Tensor3D): NamedTensors;
  /** Who halts after this segment; everyone must from `maxSegments` on. */
  decide(decision: HaltingDecision): HaltingOutcome;
  /** What training minimises. Default the token loss alone. */
  losses?(context: HaltingLossContext): HaltingLosses;
}

/** The losses of a controller; of one without its own, the token loss. */
export function haltingLosses(controller: HaltingController, context: HaltingLossContext): HaltingLosses {
  return controller.losses?.(context) ?? { total: context.tokenLoss, metrics: {} };
}

/** What a model knows when it asks for its controller. */
export interface HaltingContext {
  hiddenSize: number;
  random: RandomStream;
}

/** Makes a controller: `qLearningHalting({ maxSegments: 16 })`, or your own. */
export type HaltingFactory = (context: HaltingContext) => HaltingController;
