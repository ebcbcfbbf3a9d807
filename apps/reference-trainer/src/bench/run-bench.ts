import { matmulSpeed } from '@hrm/runtime';
import type { Engine } from '../terminal/backend-options';
import type { Progress } from '../terminal/progress';
import { benchTrainer, randomBatch } from './bench-trainer';
import { largestProduct, evaluationFlops, trainingFlops, type BenchSizes } from './step-flops';
import { summarize } from './summary';

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

/** Times training steps and evaluations of the official architecture at one size, after a warm-up. */
export async function runBench(
  sizes: BenchSizes,
  { steps, evaluations }: { steps: number; evaluations: number },
  engine: Engine,
  progress: Progress,
): Promise<BenchResult> {
  const { batch } = sizes;
  const bench = benchTrainer(sizes, engine);
  const { trainer } = bench;
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
  const matmulGflops = matmulSpeed({ ...largestProduct(sizes), seconds: 1 }).gflops;
  bench.dispose();

  const stepSeconds = summarize(stepTimes).median;
  const evaluationSeconds = evaluationTimes.length > 0 ? summarize(evaluationTimes).median : Number.NaN;
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
