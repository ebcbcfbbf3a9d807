import type { Engine } from '../engine/engine';
import type { Progress } from '../terminal/progress';
import { benchTrainer, randomBatch } from './bench-trainer';
import { matmulShare } from './matmul-share';
import { evaluationFlops, trainingFlops, type BenchSizes } from './step-flops';
import { summarize } from './summary';
import { Yardstick } from './yardstick';

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
  /** The step's matrix products over its time, as a share of the backend's own speed at them; and of the slowest and fastest step. */
  matmulShare: number;
  matmulShareRange: [number, number];
  evaluationMatmulShare: number;
  /** That speed, in 10^9 floating-point operations a second: the most of what was measured between the steps; and the range. */
  matmulGflops: number;
  matmulGflopsRange: [number, number];
  /** Most memory that the process had, in MiB. */
  peakRssMib: number;
}

/** How often {@link runBench} tells its progress. */
export const benchTicks = ({ steps, evaluations }: { steps: number; evaluations: number }): number =>
  2 + steps + (evaluations > 0 ? 1 + evaluations : 0);

/**
 * Times training steps and evaluations of the official architecture at one size, after a warm-up.
 *
 * @throws ImpossibleShareError when a step comes out faster than the machine multiplies
 */
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
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    progress.update(++done);
    return (performance.now() - started) / 1000;
  };
  const step = () => timed(() => trainer.trainBatch(puzzles));
  const evaluation = () => timed(() => trainer.evaluate([puzzles]));

  // The first step compiles, the second meets memory that it has never touched; then all memory is there that will be.
  const firstStepSeconds = await step();
  await step();
  if (evaluations > 0) await evaluation();
  // Before the matrix products, which are measured on memory of their own.
  const peakRssMib = Math.round(process.resourceUsage().maxRSS / 1024);

  // Before, between and after what is timed: a machine that is disturbed now and then is so for both.
  const yardstick = new Yardstick(sizes);
  const repeat = async (times: number, work: () => Promise<number>) => {
    const seconds: number[] = [];
    while (seconds.length < times) {
      seconds.push(await work());
      yardstick.measure();
    }
    return seconds;
  };
  yardstick.measure();
  const stepTimes = await repeat(steps, step);
  const evaluationTimes = await repeat(evaluations, evaluation);
  const { gflops: matmulGflops, range: matmulGflopsRange } = yardstick;
  yardstick.dispose();
  bench.dispose();

  const { median: stepSeconds, least, most } = summarize(stepTimes);
  const stepShare = (seconds: number) => matmulShare('A training step', trainingFlops(sizes), seconds, matmulGflops);
  const evaluationSeconds = evaluationTimes.length > 0 ? summarize(evaluationTimes).median : Number.NaN;
  return {
    stepSeconds,
    stepSecondsRange: [least, most],
    firstStepSeconds,
    samplesPerSecond: batch / stepSeconds,
    evaluationSeconds,
    matmulShare: stepShare(stepSeconds),
    matmulShareRange: [stepShare(most), stepShare(least)],
    evaluationMatmulShare: matmulShare('An evaluation', evaluationFlops(sizes), evaluationSeconds, matmulGflops),
    matmulGflops,
    matmulGflopsRange,
    peakRssMib,
  };
}
