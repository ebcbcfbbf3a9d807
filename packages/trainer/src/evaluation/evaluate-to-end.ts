import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleTensors, stablemaxCrossEntropy, type ReasoningNetwork } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { oneProcess } from '@hrm/distributed';
import { uncompiled, disposeAll } from '@hrm/layers';
import { callTogether, throwIfAborted } from '@hrm/layers/internal';
import { addTotals, readMetrics, readScalars, type MetricTotals } from '../metrics';
import { sumOfRanks } from '../ranks/gather-figures';
import { rowsOfBatch, shareOfBatch } from '../ranks/share-of-batch';
import { countValid } from './count-valid';
import type { EvaluateOptions } from './evaluate-options';
import type { Evaluation } from './evaluation';
import { evaluationStep, type EvaluatedSegment, type EvaluationStep } from './evaluation-step';

/** The sums of an evaluation. */
interface Figures {
  totals: MetricTotals;
  /** Sums over the puzzles, each at the segment where the controller would halt it. */
  halted: { [name: string]: number };
  haltingSteps: number[];
  rowsComputed: number;
  /** Answers that the task accepts after the last segment. */
  valid: number;
}

/** Runs all segments of every puzzle. Also counts the correct answers where the controller would halt. */
export async function evaluateToEnd(
  network: ReasoningNetwork,
  batches: AsyncIterable<PuzzleBatch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { tokenLoss = stablemaxCrossEntropy, compile = uncompiled, microBatch, lanes = 1, onBatch } = options;
  const made = evaluationStep(network, tokenLoss);
  const step = options.step ?? (network.recordable === false ? made : compile(made));
  const haltingSteps = new Array<number>(network.halting.maxSegments).fill(0);
  const own: Figures = { totals: {}, halted: {}, haltingSteps, rowsComputed: 0, valid: 0 };
  const communicator = options.communicator ?? oneProcess();
  const countOf = ({ totals }: Figures) => totals['accuracy']?.count ?? 0;
  let done = 0;
  try {
    for await (const batch of batches) {
      const share = shareOfBatch(batch, communicator);
      const parts = partsOf(share, microBatch ?? Math.ceil(share.batchSize / lanes));
      for (let first = 0; first < parts.length; first += lanes) {
        await evaluateParts(network, parts.slice(first, first + lanes), { ...options, step }, own);
      }
      onBatch?.({ batches: ++done, count: countOf(own) });
    }
  } finally {
    if (!options.step) step.dispose?.();
  }
  const figures = await sumOfRanks(communicator, own);
  const { totals, halted, rowsComputed } = figures;
  const count = countOf(figures);
  const means = (sum: (name: string) => number) => {
    const mean = (name: string) => (count > 0 ? sum(name) / count : 0);
    return { exactAccuracy: mean('exactAccuracy'), accuracy: mean('accuracy'), meanSegments: mean('steps') };
  };
  return {
    count,
    ...means((name) => totals[name]!.total),
    ...(options.verify && { valid: count > 0 ? figures.valid / count : 0 }),
    halted: { ...means((name) => halted[name] ?? 0), haltingSteps: figures.haltingSteps },
    totals,
    rowsComputed,
  };
}

/** Runs all segments of several parts of a batch in parallel, and adds their figures. */
async function evaluateParts(
  network: ReasoningNetwork,
  parts: readonly PuzzleBatch[],
  {
    step,
    verify,
    onSegment,
    signal,
  }: Pick<EvaluateOptions, 'verify' | 'onSegment' | 'signal'> & { step: EvaluationStep },
  figures: Figures,
): Promise<void> {
  const { maxSegments } = network.halting;
  const { totals, halted, haltingSteps } = figures;
  let running = tf.tidy(() =>
    parts.map((part) => ({
      carry: initialCarry(network, part.batchSize),
      offered: puzzleTensors(part),
      active: tf.ones([part.batchSize]) as tf.Tensor1D,
    })),
  );
  let segments: EvaluatedSegment[] = [];
  try {
    for (let index = 0; index < maxSegments; index++) {
      await throwIfAborted('evaluate', signal);
      segments = tf.tidy(() =>
        callTogether(
          step,
          running.map(({ carry, offered, active }) => [carry, offered, active]),
        ),
      );
      for (const segment of segments) {
        await onSegment?.(segment, index);
        if (index === maxSegments - 1) {
          addTotals(totals, (await readMetrics(segment)).totals);
          if (verify) figures.valid += await countValid(verify, segment);
        }
        for (const [name, value] of Object.entries(await readScalars(segment.halting))) {
          halted[name] = (halted[name] ?? 0) + value;
        }
        (await segment.haltingSteps.data()).forEach((count, i) => (haltingSteps[i]! += count));
        figures.rowsComputed += segment.active.size;
      }
      running = running.map(({ carry, offered, active }, lane) => {
        const { carry: next, active: stillActive, ...read } = segments[lane]!;
        disposeAll([carry, active, read]);
        return { carry: next, offered, active: stillActive };
      });
    }
  } finally {
    disposeAll([running, segments]);
  }
}

/** Splits a batch into parts of `count` puzzles. The last part may have fewer. */
function partsOf(batch: PuzzleBatch, count: number): PuzzleBatch[] {
  const { batchSize } = batch;
  if (batchSize === 0) return [];
  return Array.from({ length: Math.ceil(batchSize / count) }, (_, i) =>
    rowsOfBatch(batch, i * count, Math.min(batchSize, (i + 1) * count)),
  );
}
