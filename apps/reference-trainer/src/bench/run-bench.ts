import type { Engine } from '../engine/engine';
import { collectGarbage } from '../process/collect-garbage';
import type { Progress } from '../terminal/progress';
import { benchTrainer, randomBatch } from './bench-trainer';
import { matmulShare } from './matmul-share';
import { evaluationFlops, trainingFlops, type BenchSizes } from './step-flops';
import { summarize } from './summary';
import { MatmulSpeedMeter } from './matmul-speed-meter';

/** Timings of one size on one backend. */
export interface BenchResult {
  /** Median seconds of a training step, and their range. */
  stepSeconds: number;
  stepSecondsRange: [number, number];
  /** Seconds of the first step, which also records and compiles. */
  firstStepSeconds: number;
  samplesPerSecond: number;
  /** Median seconds of an evaluation of one batch over all segments. */
  evaluationSeconds: number;
  /** Speed of the step's matrix products, as a share of `matmulGflops`; and the range over the steps. */
  matmulShare: number;
  matmulShareRange: [number, number];
  evaluationMatmulShare: number;
  /**
   * The backend's highest speed at matrix products, in 10^9 floating-point operations a second; and the range measured.
   */
  matmulGflops: number;
  matmulGflopsRange: [number, number];
  /** Peak memory of the process, in MiB. */
  peakRssMib: number;
}

/** How often {@link runBench} updates its progress. */
export const benchTicks = ({ steps, evaluations }: { steps: number; evaluations: number }): number =>
  2 + steps + (evaluations > 0 ? 1 + evaluations : 0);

/**
 * Times training steps and evaluations of the official architecture at one size, after a warm-up.
 *
 * @throws ImpossibleShareError if a step appears faster than the machine can multiply
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

  collectGarbage();
  // The first step compiles, and the second touches memory for the first time. After it, memory no longer grows.
  const firstStepSeconds = await step();
  await step();
  if (evaluations > 0) await evaluation();
  // Before the matrix products are measured, which needs further memory.
  const peakRssMib = Math.round(process.resourceUsage().maxRSS / 1024);

  // Measured before, between and after the timed steps, so that other load on the machine affects both.
  const speedMeter = new MatmulSpeedMeter(sizes);
  const repeat = async (times: number, work: () => Promise<number>) => {
    const seconds: number[] = [];
    while (seconds.length < times) {
      seconds.push(await work());
      speedMeter.measure();
    }
    return seconds;
  };
  speedMeter.measure();
  const stepTimes = await repeat(steps, step);
  const evaluationTimes = await repeat(evaluations, evaluation);
  const { gflops: matmulGflops, range: matmulGflopsRange } = speedMeter;
  speedMeter.dispose();
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
