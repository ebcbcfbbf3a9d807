import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  answerFigures,
  countAnswers,
  countHaltingSteps,
  expectPuzzles,
  initialCarry,
  puzzleTensors,
  runSegment,
  superviseSegment,
  type Carry,
  type PuzzleBatch,
  type MetricCounts,
  type MetricSum,
  type PuzzleTensors,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { asItIs, callTogether, disposeAll, type Compile, type CompiledFunction } from '@hrm/layers';
import { addTotals, readMetrics, readScalars, type MetricTotals } from '../metrics';

/** How {@link evaluate} runs. */
export interface EvaluateOptions {
  tokenLoss: TokenLoss;
  /** Default: run as it is. */
  compile?: Compile;
  /** An `evaluationStep`, compiled already, to be used again and again. Default: one made, and disposed of, here. */
  step?: EvaluationStep;
  /** Puzzles that run together, of each batch; see the `Trainer`'s option. Default: the whole batch. */
  microBatch?: number | undefined;
  /** How many of these parts run at once, or into how many a batch is split without `microBatch`. Default 1. */
  lanes?: number | undefined;
  /** Called after each batch, for progress. */
  onBatch?: (done: { batches: number; count: number }) => void;
  /** Called after each segment of each batch, or of each part of one, with its token logits, halting logits and carry; do not keep them. */
  onSegment?: (segment: EvaluatedSegment, index: number) => void | Promise<void>;
}

/** What a segment of an evaluation gives. */
export type EvaluatedSegment = {
  carry: Carry;
  logits: tf.Tensor3D;
  haltLogits: { [name: string]: tf.Tensor };
  metrics: { [name: string]: MetricSum };
  counts: MetricCounts;
  /** 1 in the slots that the controller would not have halted yet, `[batch]`. */
  thinking: tf.Tensor1D;
  /** Figures of the slots that it would halt at this segment, summed, and how many after 1, 2, ... segments. */
  leaving: { [name: string]: tf.Tensor };
  haltingSteps: tf.Tensor1D;
};

/** An evaluation as it would be if every puzzle stopped where the controller halts it. */
export interface HaltedEvaluation {
  exactAccuracy: number;
  accuracy: number;
  /** Mean number of segments that a puzzle takes. */
  meanSegments: number;
  /** How many puzzles halt after 1, 2, ... segments. */
  haltingSteps: number[];
}

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
  /** The same with each puzzle's answer at the segment where the controller would halt it. */
  halted: HaltedEvaluation;
  /**
   * All figures of the last segment, summed over puzzles, each with what the sum is divided by. Losses are divided by
   * `count`, as the official code does.
   */
  totals: MetricTotals;
}

/** One segment of an evaluation; `thinking` is 1 in the slots that the controller would not have halted before it. */
export type EvaluationStep = CompiledFunction<[Carry, PuzzleTensors, tf.Tensor1D], EvaluatedSegment>;

/** One segment of an evaluation, every slot run to the last. Pure, so it can be recorded. */
export function evaluationStep(network: ReasoningNetwork, tokenLoss: TokenLoss): EvaluationStep {
  return (carry, offered, thinking) =>
    tf.tidy(() => {
      const segment = runSegment(network, admitPuzzles(network, carry, offered));
      const { logits, haltLogits, decided, carry: next } = segment;
      const { metrics, counts } = superviseSegment(network, segment, tokenLoss);
      const halts = tf.cast(tf.logicalOr(decided, next.halted), 'float32');
      const figures = answerFigures(logits, next.puzzle.labels);
      const leaving = tf.mul(tf.mul(thinking, halts), figures.labelled) as tf.Tensor1D;
      return {
        carry: next,
        logits,
        haltLogits,
        metrics,
        counts,
        thinking: tf.mul(thinking, tf.sub(1, halts)) as tf.Tensor1D,
        leaving: countAnswers(figures, leaving, next.steps),
        haltingSteps: countHaltingSteps(next.steps, leaving, network.halting.maxSegments),
      };
    });
}

/**
 * Runs every puzzle through all segments, as the official code evaluates, and counts what is right; and beside that, what
 * would be right if every puzzle stopped where the controller halts it.
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
  batches: Iterable<PuzzleBatch> | AsyncIterable<PuzzleBatch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { tokenLoss, compile = asItIs, microBatch, lanes = 1, onBatch } = options;
  const made = evaluationStep(network, tokenLoss);
  const step = options.step ?? (network.recordable === false ? made : compile(made));
  const figures: Figures = { totals: {}, halted: {}, haltingSteps: new Array(network.halting.maxSegments).fill(0) };
  const countOf = () => figures.totals['accuracy']?.count ?? 0;
  let done = 0;
  try {
    for await (const host of batches) {
      expectPuzzles('evaluate', network, host);
      const parts = partsOf(host, microBatch ?? Math.ceil(host.batchSize / lanes));
      for (let first = 0; first < parts.length; first += lanes) {
        await evaluateParts(network, parts.slice(first, first + lanes), { ...options, step }, figures);
      }
      onBatch?.({ batches: ++done, count: countOf() });
    }
  } finally {
    if (!options.step) step.dispose?.();
  }
  const { totals, halted, haltingSteps } = figures;
  const count = countOf();
  const means = (sum: (name: string) => number) => {
    const mean = (name: string) => (count > 0 ? sum(name) / count : 0);
    return { exactAccuracy: mean('exactAccuracy'), accuracy: mean('accuracy'), meanSegments: mean('steps') };
  };
  return {
    count,
    ...means((name) => totals[name]!.total),
    halted: { ...means((name) => halted[name] ?? 0), haltingSteps },
    totals,
  };
}

/** What an evaluation adds up. */
interface Figures {
  totals: MetricTotals;
  /** Sums over puzzles at the segment where the controller would halt them. */
  halted: { [name: string]: number };
  haltingSteps: number[];
}

/** Runs parts of a batch through all segments, side by side, and adds their figures up. */
async function evaluateParts(
  network: ReasoningNetwork,
  parts: readonly PuzzleBatch[],
  { step, onSegment }: Pick<EvaluateOptions, 'onSegment'> & { step: EvaluationStep },
  { totals, halted, haltingSteps }: Figures,
): Promise<void> {
  const { maxSegments } = network.halting;
  let running = tf.tidy(() =>
    parts.map((part) => ({
      carry: initialCarry(network, part.batchSize),
      offered: puzzleTensors(part),
      thinking: tf.ones([part.batchSize]) as tf.Tensor1D,
    })),
  );
  let segments: EvaluatedSegment[] = [];
  try {
    for (let index = 0; index < maxSegments; index++) {
      segments = tf.tidy(() =>
        callTogether(
          step,
          running.map(({ carry, offered, thinking }) => [carry, offered, thinking]),
        ),
      );
      for (const segment of segments) {
        await onSegment?.(segment, index);
        if (index === maxSegments - 1) addTotals(totals, (await readMetrics(segment)).totals);
        for (const [name, value] of Object.entries(await readScalars(segment.leaving))) {
          halted[name] = (halted[name] ?? 0) + value;
        }
        (await segment.haltingSteps.data()).forEach((count, i) => (haltingSteps[i]! += count));
      }
      running = running.map(({ carry, offered, thinking }, lane) => {
        const { carry: next, thinking: still, ...read } = segments[lane]!;
        disposeAll([carry, thinking, read]);
        return { carry: next, offered, thinking: still };
      });
    }
  } finally {
    disposeAll([running, segments]);
  }
}

/** A batch as parts of so many puzzles; the last may have fewer. */
function partsOf(batch: PuzzleBatch, count: number): PuzzleBatch[] {
  const { inputs, labels, puzzleIdentifiers, batchSize, seqLen } = batch;
  return Array.from({ length: Math.ceil(batchSize / count) }, (_, i) => {
    const [first, end] = [i * count, Math.min(batchSize, (i + 1) * count)];
    return {
      inputs: inputs.subarray(first * seqLen, end * seqLen),
      labels: labels.subarray(first * seqLen, end * seqLen),
      puzzleIdentifiers: puzzleIdentifiers.subarray(first, end),
      batchSize: end - first,
      seqLen,
    };
  });
}
