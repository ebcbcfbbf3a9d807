import * as tf from '@tensorflow/tfjs-core';
import { Linear, type Layer, type RandomStream } from '@hrm/layers';
import { binaryCrossEntropy } from './binary-cross-entropy';
import type {
  HaltingContext,
  HaltingController,
  HaltingDecision,
  HaltingFactory,
  HaltingLossContext,
  HaltingLosses,
  HaltingOutcome,
  HostDraws,
  NamedTensors,
} from './halting-controller';

/** Choices of {@link qLearningHalting}. */
export interface QLearningHaltingOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Share of slots that must go on for a random number of segments. Default 0.1. */
  exploration?: number;
  /** Weight of the halt and continue losses beside the token loss. Default 0.5. */
  lossWeight?: number;
}

/**
 * The halting head reads position 0 of zH. Its weight starts at zero and its bias at -5: nobody is thought right at
 * first, and the two values start equal.
 */
function haltingHead({ hiddenSize, random }: HaltingContext): Linear {
  const head = new Linear({ inputSize: hiddenSize, outputSize: 2, bias: true, random });
  const { weight, bias } = head.parameters;
  tf.tidy(() => {
    weight.assign(tf.zerosLike(weight));
    bias!.assign(tf.fill([2], -5));
  });
  return head;
}

/** HRM's controller, see {@link qLearningHalting}. */
export class QLearningHalting implements HaltingController {
  readonly name = 'q-learning';
  readonly parameters: { head: Linear } & Record<string, Layer>;
  readonly maxSegments: number;
  readonly needsLookAhead: boolean;
  readonly #exploration: number;
  readonly #lossWeight: number;

  constructor(options: QLearningHaltingOptions, context: HaltingContext) {
    const { maxSegments = 16, exploration = 0.1, lossWeight = 0.5 } = options;
    if (!Number.isInteger(maxSegments) || maxSegments < 1) {
      throw new RangeError(`qLearningHalting: maxSegments is ${maxSegments}, expected a whole number of at least 1`);
    }
    if (!(exploration >= 0 && exploration <= 1)) {
      throw new RangeError(`qLearningHalting: exploration is ${exploration}, expected a share between 0 and 1`);
    }
    this.maxSegments = maxSegments;
    // With one segment there is nothing to decide, and the official code then neither explores nor looks ahead.
    this.needsLookAhead = maxSegments > 1;
    this.#exploration = exploration;
    this.#lossWeight = lossWeight;
    this.parameters = { head: haltingHead(context) };
  }

  draw(random: RandomStream, batchSize: number): HostDraws {
    if (this.maxSegments === 1) return {};
    return {
      exploreUniform: Float32Array.from({ length: batchSize }, () => random.uniform()),
      exploreMinSteps: Int32Array.from({ length: batchSize }, () => random.integer(2, this.maxSegments + 1)),
    };
  }

  logits(zH: tf.Tensor3D): NamedTensors {
    const [batch, , hidden] = zH.shape;
    return tf.tidy(() => {
      const first = tf.reshape(tf.slice(zH, [0, 0, 0], [batch, 1, hidden]), [batch, hidden]);
      const [halt, goOn] = tf.split(this.parameters.head.apply(first), 2, -1) as [tf.Tensor, tf.Tensor];
      return { halt: tf.reshape(halt, [batch]), continue: tf.reshape(goOn, [batch]) };
    });
  }

  decide({ logits, steps, draws, training }: HaltingDecision): HaltingOutcome {
    const last = tf.greaterEqual(steps, this.maxSegments) as tf.Tensor1D;
    // Evaluation always runs to the end, so that a batch stays together.
    if (!training || !draws || this.maxSegments === 1) return { halted: last, state: {} };
    const prefersToHalt = tf.greater(logits['halt']!, logits['continue']!);
    const explores = tf.cast(tf.less(draws['exploreUniform']!, this.#exploration), 'int32');
    const minSteps = tf.mul(explores, draws['exploreMinSteps']!);
    const halted = tf.logicalAnd(tf.logicalOr(last, prefersToHalt), tf.greaterEqual(steps, minSteps));
    return { halted: halted as tf.Tensor1D, state: {} };
  }

  losses({ logits, tokenLoss, correct, counted, lookAhead, steps }: HaltingLossContext): HaltingLosses {
    const halt = logits['halt'] as tf.Tensor1D;
    const goOn = logits['continue'] as tf.Tensor1D;
    const haltLoss = tf.sum(binaryCrossEntropy(halt, correct)) as tf.Scalar;
    const saysRight = tf.cast(tf.greaterEqual(halt, 0), 'float32');
    const saysTruth = tf.sub(1, tf.abs(tf.sub(saysRight, correct)));
    const haltAccuracy = tf.sum(tf.mul(counted, saysTruth)) as tf.Scalar;
    const metrics: HaltingLosses['metrics'] = { haltAccuracy, haltLoss };
    let halting = haltLoss;
    if (lookAhead) {
      const continueLoss = tf.sum(binaryCrossEntropy(goOn, this.continueTarget(lookAhead, steps))) as tf.Scalar;
      metrics['continueLoss'] = continueLoss;
      halting = tf.add(haltLoss, continueLoss);
    }
    return { total: tf.add(tf.sum(tokenLoss), tf.mul(this.#lossWeight, halting)), metrics };
  }

  /**
   * The value of going on: what the better action is worth one segment later, or halting where nothing else is left.
   *
   * @param lookAhead the logits one segment later, `[batch]` each.
   * @param steps segments that each slot has had, `[batch]`.
   * @returns targets between 0 and 1, `[batch]`.
   */
  continueTarget(lookAhead: NamedTensors, steps: tf.Tensor1D): tf.Tensor1D {
    const halt = lookAhead['halt']!;
    const better = tf.maximum(halt, lookAhead['continue']!);
    return tf.sigmoid(tf.where(tf.greaterEqual(steps, this.maxSegments), halt, better)) as tf.Tensor1D;
  }
}

/**
 * HRM's halting: a head gives a value of halting and one of going on, and a slot halts when the first is larger. Halt
 * learns towards "the answer is right", continue towards the best value one segment later (Q-learning without a replay
 * buffer or target network). A share of slots explores: it must go on for a random number of segments.
 *
 * Source: HRM, section 2 ("adaptive computational time"); official HRM, `models/hrm/hrm_act_v1.py` and `losses.py`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { qLearningHalting } from '@hrm/act';
 * import { RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = qLearningHalting({ maxSegments: 8 })({ hiddenSize: 16, random: new RandomStream(0) });
 * controller.logits(tf.ones([2, 5, 16])).halt!.print(); // [-5, -5]
 * ```
 */
export function qLearningHalting(options: QLearningHaltingOptions = {}): HaltingFactory {
  return (context) => new QLearningHalting(options, context);
}
