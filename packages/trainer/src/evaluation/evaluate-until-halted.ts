import { haltingHistogram, scoreAnswers, Solver, type ReasoningNetwork, type Solution } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { oneProcess } from '@hrm/distributed';
import { sumOfRanks } from '../ranks/gather-figures';
import { shareOfBatch } from '../ranks/share-of-batch';
import type { EvaluateOptions } from './evaluate-options';
import type { Evaluation } from './evaluation';

/** Evaluates with each puzzle removed from its batch where the controller halts it. */
export async function evaluateUntilHalted(
  network: ReasoningNetwork,
  batches: AsyncIterable<PuzzleBatch>,
  { compile, verify, bucketSizes, signal, onBatch, communicator = oneProcess() }: EvaluateOptions,
): Promise<Evaluation> {
  const solver = new Solver(network, compile && { compile });
  const { maxSegments } = network.halting;
  const own = {
    count: 0,
    exact: 0,
    valid: 0,
    accuracy: 0,
    segments: 0,
    rowsComputed: 0,
    haltingSteps: new Array<number>(maxSegments).fill(0),
  };
  let done = 0;
  const onSegment = ({ rows }: { rows: number }) => void (own.rowsComputed += rows);
  try {
    for await (const batch of batches) {
      const share = shareOfBatch(batch, communicator);
      const { puzzles, labels } = labelledPuzzles(share);
      const options = { until: 'halted', batchSize: share.batchSize, bucketSizes, signal, onSegment } as const;
      const solutions: Solution[] = [];
      if (puzzles.length > 0) for await (const solution of solver.solveAll(puzzles, options)) solutions.push(solution);
      const score = scoreAnswers(solutions, labels);
      own.count += score.count;
      own.exact += score.count * score.exactAccuracy;
      own.accuracy += score.count * score.accuracy;
      own.segments += score.count * score.meanSegments;
      if (verify) own.valid += solutions.filter(({ answer }, k) => verify(puzzles[k]!.inputs, answer).valid).length;
      const steps = solutions.map((solution) => solution.segments);
      haltingHistogram(steps, maxSegments).forEach((halted, i) => (own.haltingSteps[i]! += halted));
      onBatch?.({ batches: ++done, count: own.count });
    }
  } finally {
    solver.dispose();
  }
  const { count, exact, valid, accuracy, segments, rowsComputed, haltingSteps } = await sumOfRanks(communicator, own);
  const mean = (sum: number) => (count > 0 ? sum / count : 0);
  const means = {
    exactAccuracy: mean(exact),
    accuracy: mean(accuracy),
    meanSegments: mean(segments),
    ...(verify && { valid: mean(valid) }),
  };
  const sums = { exactAccuracy: exact, accuracy, steps: segments };
  const totals = Object.fromEntries(Object.entries(sums).map(([name, total]) => [name, { total, count }]));
  return { count, ...means, halted: { ...means, haltingSteps }, totals, rowsComputed };
}

/** The puzzles of a batch that have at least one label, and their labels. */
function labelledPuzzles({ inputs, labels, puzzleIdentifiers, seqLen }: PuzzleBatch) {
  const rows = [...puzzleIdentifiers].map((puzzleIdentifier, row) => {
    const [first, end] = [row * seqLen, (row + 1) * seqLen];
    return { inputs: inputs.subarray(first, end), labels: labels.subarray(first, end), puzzleIdentifier };
  });
  const labelled = rows.filter(({ labels }) => labels.some((label) => label >= 0));
  return {
    puzzles: labelled.map(({ labels: _, ...puzzle }) => puzzle),
    labels: Int32Array.from(labelled.flatMap(({ labels }) => [...labels])),
  };
}
