import { type BenchSizes, largestProduct, summarize } from '@hrm/reference-trainer/internal';
import { Contender, ContenderError, type ContenderCommand } from '../contenders/contender';

/** Who takes part: the official code as it is, the same under torch.compile, and ours. */
export type ContenderName = 'eager' | 'compiled' | 'ours';

/** What one contender did at one size. */
export interface ContenderMeasurement {
  name: string;
  versions: { [name: string]: string };
  threads?: number;
  parameters?: number;
  /** Seconds of the first step or evaluation, in which everything is compiled. */
  first: number;
  /** Seconds of each step or evaluation, round by round. */
  seconds: number[][];
  /** Its library's speed at the size's largest matrix product, round by round. */
  matmulGflops: number[];
  /** The most memory that its process held, in MiB. */
  peakRssMib: number;
}

/** What all did at one size. */
export interface SizeMeasurement {
  sizes: BenchSizes;
  rounds: number;
  /** When, ISO 8601. */
  date: string;
  contenders: { [name in ContenderName]?: ContenderMeasurement };
  /** Why those that failed did. */
  failures: { [name in ContenderName]?: string };
}

/** How a size is measured. */
export interface MeasureSizeOptions {
  rounds: number;
  work: 'train' | 'evaluate';
  /** Steps or evaluations of one contender in one round. */
  turn: number;
  /** Seconds of matrix products in a round. Default 0.4. */
  matmulSeconds?: number;
  onProgress?: (what: string) => void;
}

/** The order of a round: each contender comes first in turn, so that none always follows the same one. */
export function rotate<T>(list: readonly T[], round: number): T[] {
  const first = list.length > 0 ? round % list.length : 0;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** Steps before the rounds: the first compiles, the second meets memory that it has never touched. An evaluation has 16. */
const WARM_UP = { train: 2, evaluate: 1 };

/**
 * Runs all contenders at one size, taking turns: a few steps, or evaluations, each in every round. While one works the others
 * wait for a line. One that fails is left out from there on, and its failure told.
 */
export async function measureSize(
  sizes: BenchSizes,
  commands: { [name in ContenderName]?: ContenderCommand },
  options: MeasureSizeOptions,
): Promise<SizeMeasurement> {
  const { rounds, work, turn, matmulSeconds = 0.4, onProgress = () => {} } = options;
  const names = Object.keys(commands) as ContenderName[];
  const running = new Map<ContenderName, { contender: Contender; measured: ContenderMeasurement }>();
  const result: SizeMeasurement = { sizes, rounds, date: new Date().toISOString(), contenders: {}, failures: {} };

  const drop = async (name: ContenderName) => {
    const entry = running.get(name);
    running.delete(name);
    await entry?.contender.end();
  };
  /** Does something with each of these that still runs, one after the other. */
  const forEach = async (
    who: readonly ContenderName[],
    act: (contender: Contender, measured: ContenderMeasurement) => Promise<void>,
  ) => {
    for (const name of who) {
      const entry = running.get(name);
      if (!entry) continue;
      try {
        await act(entry.contender, entry.measured);
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        result.failures[name] = error.message;
        delete result.contenders[name];
        await drop(name);
      }
    }
  };

  try {
    for (const name of names) {
      onProgress(`${commands[name]!.name}: starting`);
      try {
        const { contender, ready } = await Contender.start(commands[name]!);
        const { versions = {}, threads, parameters } = ready;
        const measured: ContenderMeasurement = {
          name: commands[name]!.name,
          versions,
          ...(threads !== undefined && { threads }),
          ...(parameters !== undefined && { parameters }),
          first: Number.NaN,
          seconds: [],
          matmulGflops: [],
          peakRssMib: Number.NaN,
        };
        running.set(name, { contender, measured });
        result.contenders[name] = measured;
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        result.failures[name] = error.message;
      }
      await forEach([name], async (contender, measured) => {
        [measured.first] = (await contender[work](WARM_UP[work])) as [number];
      });
    }
    for (let round = 0; round < rounds; round++) {
      await forEach(rotate(names, round), async (contender, measured) => {
        measured.seconds.push(await contender[work](turn));
      });
      // How fast training could be at most, in the same round.
      if (work === 'train') {
        await forEach(rotate(names, round), async (contender, measured) => {
          measured.matmulGflops.push(await contender.matmulGflops(largestProduct(sizes), matmulSeconds));
        });
      }
      const told = Object.values(result.contenders).map(
        ({ name, seconds }) => `${name} ${summarize(seconds.at(-1)!).median.toFixed(3)} s`,
      );
      onProgress(`round ${round + 1} of ${rounds}: ${told.join(', ')}`);
    }
    await forEach(names, async (contender, measured) => {
      measured.peakRssMib = await contender.peakRssMib();
    });
    return result;
  } finally {
    for (const name of [...running.keys()]) await drop(name);
  }
}
