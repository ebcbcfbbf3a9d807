import { type BenchSizes, mainProducts, summarize } from '@hrm/cli/internal';
import type { ContenderCommand } from '../contenders/contender';
import { RunningContenders } from './running-contenders';
import type { ContenderName, SizeMeasurement } from './size-measurement';

/** Options of {@link measureSize}. */
export interface MeasureSizeOptions {
  rounds: number;
  work: 'train' | 'evaluate';
  /** Steps or evaluations of each contender in one round. */
  turn: number;
  /** Seconds of matrix products in a round. Default 0.4. */
  matmulSeconds?: number;
  /** Measures the cores that other work keeps busy, while all contenders wait. Default: not measured. */
  busyCores?: () => Promise<number>;
  onProgress?: (what: string) => void;
}

/** The order of contenders in a round: it rotates, so that none always follows the same other one. */
export function rotate<T>(list: readonly T[], round: number): T[] {
  const first = list.length > 0 ? round % list.length : 0;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** Warm-up before the rounds: the first step compiles, the second touches memory for the first time. */
const WARM_UP = { train: 2, evaluate: 1 };

/**
 * Measures all contenders at one size. They take turns: each makes a few steps, or evaluations, in every round, while
 * the others wait. One that fails is left out from then on, and its failure is reported.
 */
export async function measureSize(
  sizes: BenchSizes,
  commands: { [name in ContenderName]?: ContenderCommand },
  options: MeasureSizeOptions,
): Promise<SizeMeasurement> {
  const { rounds, work, turn, matmulSeconds = 0.4, busyCores, onProgress = () => {} } = options;
  const names = Object.keys(commands) as ContenderName[];
  const result: SizeMeasurement = { sizes, rounds, date: new Date().toISOString(), contenders: {}, failures: {} };
  const running = new RunningContenders(result);
  try {
    for (const name of names) {
      onProgress(`${commands[name]!.name}: starting`);
      await running.start(name, commands[name]!);
      await running.forEach([name], async (contender, measured) => {
        [measured.first] = (await contender[work](WARM_UP[work])) as [number];
      });
    }
    for (let round = 0; round < rounds; round++) {
      await running.forEach(rotate(names, round), async (contender, measured) => {
        measured.seconds.push(await contender[work](turn));
      });
      // Before the products below, which need memory of their own.
      if (round === 0) {
        await running.forEach(names, async (contender, measured) => {
          measured.peakRssMib = await contender.peakRssMib();
        });
      }
      // The upper bound of the training speed, in the same round.
      if (work === 'train') {
        await running.forEach(rotate(names, round), async (contender, measured) => {
          measured.matmulGflops.push(await contender.matmulGflops(mainProducts(sizes), matmulSeconds));
        });
      }
      if (busyCores) (result.load ??= []).push(await busyCores());
      const medians = Object.values(result.contenders).map(
        ({ name, seconds }) => `${name} ${summarize(seconds.at(-1)!).median.toFixed(3)} s`,
      );
      onProgress(`round ${round + 1} of ${rounds}: ${medians.join(', ')}`);
    }
    return result;
  } finally {
    await running.end();
  }
}
