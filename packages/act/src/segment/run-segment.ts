import * as tf from '@tensorflow/tfjs-core';
import { expectShape, stopGradient, withoutGradient, type NamedTensors } from '@hrm/layers';
import { expectOptions, expectReturned } from '@hrm/layers/internal';
import type { Latents } from '@hrm/recursion';
import { haltingLogits, haltingOutcome } from '../controllers/halting-controller';
import { whereHalted, type Carry } from './carry';
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
  return {
    latents: {
      zH: whereHalted(halted, latents.zH, next.latents.zH),
      zL: whereHalted(halted, latents.zL, next.latents.zL),
    },
    steps: whereHalted(halted, steps, next.steps),
    halted: tf.logicalOr(halted, next.halted),
    decided: tf.logicalOr(halted, next.decided),
    state: Object.fromEntries(
      Object.entries(next.state).map(([name, after]) => [name, whereHalted(halted, halting[name]!, after)]),
    ),
  };
}

/** The most likely token at each position, `[batch, seqLen]`, int32; without gradient. */
const mostLikelyTokens = (logits: tf.Tensor3D) => withoutGradient(() => tf.argMax<tf.Tensor2D>(logits, -1));

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
