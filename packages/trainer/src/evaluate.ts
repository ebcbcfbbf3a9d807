import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  initialCarry,
  puzzleBatch,
  runSegment,
  superviseSegment,
  type Carry,
  type HostPuzzleBatch,
  type PuzzleBatch,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { asItIs, mapTensors, type Compile } from '@hrm/layers';
import type { MetricSums } from './metrics';

/** How {@link evaluate} runs. */
export interface EvaluateOptions {
  tokenLoss: TokenLoss;
  /** Default: run as it is. */
  compile?: Compile;
  /** An `evaluationStep`, compiled already, to be used again and again. Default: one made, and disposed of, here. */
  step?: EvaluationStep;
  /** Called after each batch, for progress. */
  onBatch?: (done: { batches: number; count: number }) => void;
  /** Called after each segment of each batch with its token logits, halting logits and carry; do not keep them. */
  onSegment?: (segment: EvaluatedSegment, index: number) => void | Promise<void>;
}

/** What a segment of an evaluation gives. */
export type EvaluatedSegment = {
  carry: Carry;
  logits: tf.Tensor3D;
  haltLogits: { [name: string]: tf.Tensor };
  metrics: { [name: string]: tf.Tensor };
};

/** Totals of an evaluation. */
export interface Evaluation {
  /** Puzzles that have a label anywhere. */
  count: number;
  /** Share of puzzles with every labelled token right. */
  exactAccuracy: number;
  /** Mean share of labelled tokens that are right. */
  accuracy: number;
  /** Mean number of segments run. */
  meanSegments: number;
  /** All figures, summed over puzzles, as the official code counts them. */
  sums: MetricSums;
}

/** One segment of an evaluation. */
export type EvaluationStep = ((carry: Carry, offered: PuzzleBatch) => EvaluatedSegment) & { dispose?: () => void };

/** One segment of an evaluation, every slot run to the last. Pure, so it can be recorded. */
export function evaluationStep(network: ReasoningNetwork, tokenLoss: TokenLoss): EvaluationStep {
  return (carry, offered) =>
    tf.tidy(() => {
      const segment = runSegment(network, admitPuzzles(network, carry, offered));
      const { metrics } = superviseSegment(network, segment, tokenLoss);
      return { carry: segment.carry, logits: segment.logits, haltLogits: segment.haltLogits, metrics };
    });
}

/** Scalars by name, read together. */
export async function readScalars(scalars: { [name: string]: tf.Tensor }): Promise<MetricSums> {
  const names = Object.keys(scalars);
  if (names.length === 0) return {};
  const stacked = tf.tidy(() => tf.stack(Object.values(scalars)));
  const values = await stacked.data();
  stacked.dispose();
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

const disposeAll = (container: unknown) => void mapTensors(container, (tensor) => (tensor.dispose(), tensor));

/**
 * Runs every puzzle through all segments, as the official code evaluates, and counts what is right.
 *
 * @param batches such as `evaluationBatches(...)` of `@hrm/data-sudoku-maze`: padded slots have no label and do not
 * count.
 *
 * Source: official HRM, `pretrain.py`, `evaluate`.
 *
 * @example
 * ```ts
 * import { stablemaxCrossEntropy } from '@hrm/act';
 * import { hrm } from '@hrm/models';
 * import { evaluate } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 2, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const batch = {
 *   inputs: Int32Array.of(1, 2), labels: Int32Array.of(3, 2), puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: 2,
 * };
 * const { exactAccuracy } = await evaluate(model, [batch], { tokenLoss: stablemaxCrossEntropy });
 * console.log(exactAccuracy);
 * ```
 */
export async function evaluate(
  network: ReasoningNetwork,
  batches: Iterable<HostPuzzleBatch> | AsyncIterable<HostPuzzleBatch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { tokenLoss, compile = asItIs, onBatch, onSegment } = options;
  const made = evaluationStep(network, tokenLoss);
  const step = options.step ?? (network.recordable === false ? made : compile(made));
  const sums: MetricSums = {};
  let done = 0;
  try {
    for await (const host of batches) {
      const offered = puzzleBatch(host);
      let carry = initialCarry(network, host.batchSize);
      for (let index = 0; index < network.halting.maxSegments; index++) {
        const segment = step(carry, offered);
        await onSegment?.(segment, index);
        disposeAll(carry);
        carry = segment.carry;
        if (index === network.halting.maxSegments - 1) {
          for (const [name, value] of Object.entries(await readScalars(segment.metrics)))
            sums[name] = (sums[name] ?? 0) + value;
        }
        disposeAll([segment.logits, segment.haltLogits, segment.metrics]);
      }
      disposeAll([carry, offered]);
      onBatch?.({ batches: ++done, count: sums['count'] ?? 0 });
    }
  } finally {
    if (!options.step) step.dispose?.();
  }
  const count = sums['count'] ?? 0;
  const mean = (name: string) => (count > 0 ? (sums[name] ?? 0) / count : 0);
  return { count, exactAccuracy: mean('exactAccuracy'), accuracy: mean('accuracy'), meanSegments: mean('steps'), sums };
}
