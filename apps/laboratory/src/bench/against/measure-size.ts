import { type BenchSizes, mainProducts, summarize } from '@hrm/cli/internal';
import type { Precision } from '@hrm/layers';
import { Contender, ContenderError, type ContenderCommand } from '../contenders/contender';

/** The sides: the official code, the same with torch.compile, and ours. */
export type Side = 'eager' | 'compiled' | 'ours';

/** The contenders: each side in float32, and in bfloat16. */
export type ContenderName = Side | `${Side}-bfloat16`;

/** The precision that a contender computes in. */
export const precisionOf = (name: ContenderName): Precision => (name.endsWith('-bfloat16') ? 'bfloat16' : 'float32');

/** The measurements of one contender at one size. */
export interface ContenderMeasurement {
  name: string;
  versions: { [name: string]: string };
  threads?: number;
  parameters?: number;
  /** Seconds of the first step or evaluation, which also compiles. */
  first: number;
  /** Seconds of each step or evaluation, round by round. */
  seconds: number[][];
  /** Highest speed of its library at the main matrix products of the size, round by round. */
  matmulGflops: number[];
  /** Peak memory of its process after the work of the first round, in MiB. */
  peakRssMib: number;
}

/** The measurements of all contenders at one size. */
export interface SizeMeasurement {
  sizes: BenchSizes;
  rounds: number;
  /** ISO 8601. */
  date: string;
  contenders: { [name in ContenderName]?: ContenderMeasurement };
  /** Cores that other work kept busy after each round. Absent in files from before 2026-11-27. */
  load?: number[];
  /** Why a contender failed. */
  failures: { [name in ContenderName]?: string };
}

/** The contenders that were measured. */
export const measuredContenders = ({ contenders }: SizeMeasurement): ContenderName[] =>
  Object.keys(contenders) as ContenderName[];

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
  const running = new Map<ContenderName, { contender: Contender; measured: ContenderMeasurement }>();
  const result: SizeMeasurement = { sizes, rounds, date: new Date().toISOString(), contenders: {}, failures: {} };

  const drop = async (name: ContenderName) => {
    const entry = running.get(name);
    running.delete(name);
    await entry?.contender.end();
  };
  /** Does something with each of the named contenders that still runs, one after the other. */
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
      // Before the products below, which need memory of their own.
      if (round === 0) {
        await forEach(names, async (contender, measured) => {
          measured.peakRssMib = await contender.peakRssMib();
        });
      }
      // The upper bound of the training speed, in the same round.
      if (work === 'train') {
        await forEach(rotate(names, round), async (contender, measured) => {
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
    for (const name of [...running.keys()]) await drop(name);
  }
}
