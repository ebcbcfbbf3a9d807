import { RandomStream, swigluInnerSize } from '@hrm/layers';
import { buildModel } from '@hrm/models';
import { matmulSpeed } from '@hrm/runtime';
import { adamAtan2, signSgd, Trainer } from '@hrm/trainer';
import type { HostPuzzleBatch } from '@hrm/act';
import type { Engine } from '../terminal/backend-options';
import type { Progress } from '../terminal/terminal';
import { chooseMicroBatch } from '../run/choose-micro-batch';
import { evaluationFlops, trainingFlops, type BenchSizes } from './step-flops';

/** Timings of one size on one backend. */
export interface BenchResult {
  /** Median seconds of a training step, and the least and most. */
  stepSeconds: number;
  stepSecondsRange: [number, number];
  /** Seconds of the first step, in which everything is recorded and compiled. */
  firstStepSeconds: number;
  samplesPerSecond: number;
  /** Median seconds of evaluating one batch over all segments. */
  evaluationSeconds: number;
  /** The step's matrix products over its time, as a share of the backend's own speed at them. */
  matmulShare: number;
  evaluationMatmulShare: number;
  /** That speed, in 10^9 floating-point operations a second. */
  matmulGflops: number;
  /** Most memory that the process had, in MiB. */
  peakRssMib: number;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Puzzles of random tokens, each with an answer. */
function randomBatch({ batch, tokens }: BenchSizes): HostPuzzleBatch {
  const random = new RandomStream(0);
  const draw = (low: number) => Int32Array.from({ length: batch * tokens }, () => random.integer(low, 11));
  return {
    inputs: draw(1),
    labels: draw(2),
    puzzleIdentifiers: new Int32Array(batch),
    batchSize: batch,
    seqLen: tokens,
  };
}

/** Times training steps and evaluations of the official architecture at one size, after a warm-up. */
export async function runBench(
  sizes: BenchSizes,
  { steps, evaluations }: { steps: number; evaluations: number },
  { compile, microBatches }: Engine,
  progress: Progress,
): Promise<BenchResult> {
  const { hidden, layers, heads, tokens, segments, batch } = sizes;
  const model = buildModel({
    family: 'hrm',
    vocabSize: 11,
    seqLen: tokens,
    hiddenSize: hidden,
    hLayers: layers,
    lLayers: layers,
    block: { type: 'attention', heads },
    schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
    halting: { type: 'q-learning', maxSegments: segments, exploration: 0.1 },
    positions: 'rope',
    puzzleEmbedding: { puzzles: 1, size: hidden },
  });
  const trainer = new Trainer(model, {
    optimizer: adamAtan2({ learningRate: 1e-4, weightDecay: 1 }),
    puzzleOptimizer: signSgd({ learningRate: 1e-4, weightDecay: 1 }),
    compile,
    microBatch: microBatches ? chooseMicroBatch(model, batch) : undefined,
  });
  const puzzles = randomBatch(sizes);
  let done = 0;
  const tick = () => progress.update(++done);

  const times: number[] = [];
  for (let i = 0; i <= steps; i++) {
    times.push((await trainer.trainBatch(puzzles)).seconds);
    tick();
  }
  const [firstStepSeconds, ...stepTimes] = times as [number, ...number[]];
  const evaluationTimes: number[] = [];
  for (let i = 0; i <= evaluations; i++) {
    const started = performance.now();
    await trainer.evaluate([puzzles]);
    if (i > 0) evaluationTimes.push((performance.now() - started) / 1000);
    tick();
  }
  // Before the matrix products, which are measured on memory of their own.
  const peakRssMib = Math.round(process.resourceUsage().maxRSS / 1024);
  const shape = { m: batch * (tokens + 1), k: hidden, n: 2 * swigluInnerSize(hidden, 4) };
  const matmulGflops = (await matmulSpeed({ ...shape, seconds: 1 })).gflops;
  trainer.dispose();
  model.dispose();

  const stepSeconds = median(stepTimes);
  const evaluationSeconds = evaluationTimes.length > 0 ? median(evaluationTimes) : Number.NaN;
  const share = (flops: number, seconds: number) => flops / seconds / (matmulGflops * 1e9);
  return {
    stepSeconds,
    stepSecondsRange: [Math.min(...stepTimes), Math.max(...stepTimes)],
    firstStepSeconds,
    samplesPerSecond: batch / stepSeconds,
    evaluationSeconds,
    matmulShare: share(trainingFlops(sizes), stepSeconds),
    evaluationMatmulShare: share(evaluationFlops(sizes), evaluationSeconds),
    matmulGflops,
    peakRssMib,
  };
}
