import { swigluInnerSize } from '@hrm/layers';
import { Contender, ContenderError, type ContenderCommand } from './contender';
import type { BenchSizes } from './step-flops';

/** Who takes part: the official code as it is, the same under torch.compile, and ours. */
export type ContenderName = 'eager' | 'compiled' | 'ours';

/** What one contender did at one size. */
export interface ContenderMeasurement {
  name: string;
  versions: { [name: string]: string };
  threads?: number;
  parameters?: number;
  /** Seconds of the first step, in which everything is compiled. */
  firstStep: number;
  /** Seconds of each step, round by round. */
  steps: number[][];
  /** Seconds of each evaluation, round by round. */
  evaluations: number[][];
  /** Its library's speed at the size's largest matrix product, round by round. */
  matmulGflops: number[];
  /** After training, before any evaluation. */
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
  /** Of one contender in one round. */
  turn: { steps: number; evaluations: number };
  /** Those that are evaluated too; the others have ended by then. Default: all. */
  evaluated?: readonly ContenderName[];
  /** Those whose matrix products are timed. Default: all. */
  yardsticks?: readonly ContenderName[];
  /** Seconds of matrix products in a round. Default 0.4. */
  matmulSeconds?: number;
  onProgress?: (what: string) => void;
}

/** The order of a round: each contender comes first in turn, so that none always follows the same one. */
export function rotate<T>(list: readonly T[], round: number): T[] {
  const first = list.length > 0 ? round % list.length : 0;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** The largest product of a step: the gate and up projection of all positions. */
export function largestProduct({ batch, tokens, hidden }: BenchSizes): { m: number; k: number; n: number } {
  return { m: batch * (tokens + 1), k: hidden, n: 2 * swigluInnerSize(hidden, 4) };
}

/** Steps made before the rounds: the first compiles, the second meets memory that it has never touched. */
const WARM_UP = 2;

/**
 * Runs all contenders at one size, taking turns: a few steps each in every round, then a few evaluations each. While one
 * works the others wait for a line. One that fails is left out from there on, and its failure told.
 */
export async function measureSize(
  sizes: BenchSizes,
  commands: { [name in ContenderName]?: ContenderCommand },
  options: MeasureSizeOptions,
): Promise<SizeMeasurement> {
  const { rounds, turn, matmulSeconds = 0.4, onProgress = () => {} } = options;
  const names = Object.keys(commands) as ContenderName[];
  const { evaluated = names, yardsticks = names } = options;
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
    work: (contender: Contender, measured: ContenderMeasurement, name: ContenderName) => Promise<void>,
  ) => {
    for (const name of who) {
      const entry = running.get(name);
      if (!entry) continue;
      try {
        await work(entry.contender, entry.measured, name);
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
      onProgress(`${commands[name]!.name}: the first step`);
      try {
        const { contender, ready } = await Contender.start(commands[name]!);
        const { versions = {}, threads, parameters } = ready;
        const measured: ContenderMeasurement = {
          name: commands[name]!.name,
          versions,
          ...(threads !== undefined && { threads }),
          ...(parameters !== undefined && { parameters }),
          firstStep: Number.NaN,
          steps: [],
          evaluations: [],
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
        [measured.firstStep] = (await contender.train(WARM_UP)) as [number];
      });
    }
    for (let round = 0; round < rounds; round++) {
      onProgress(`training, round ${round + 1} of ${rounds}`);
      await forEach(rotate(names, round), async (contender, measured) => {
        measured.steps.push(await contender.train(turn.steps));
      });
      await forEach(rotate(yardsticks, round), async (contender, measured) => {
        measured.matmulGflops.push(await contender.matmulGflops(largestProduct(sizes), matmulSeconds));
      });
    }
    await forEach(names, async (contender, measured) => {
      measured.peakRssMib = await contender.peakRssMib();
    });
    if (turn.evaluations === 0) return result;

    for (const name of names) if (!evaluated.includes(name)) await drop(name);
    onProgress('evaluation: warming up');
    await forEach(evaluated, async (contender) => void (await contender.evaluate(1)));
    for (let round = 0; round < rounds; round++) {
      onProgress(`evaluation, round ${round + 1} of ${rounds}`);
      await forEach(rotate(evaluated, round), async (contender, measured) => {
        measured.evaluations.push(await contender.evaluate(turn.evaluations));
      });
    }
    return result;
  } finally {
    for (const name of [...running.keys()]) await drop(name);
  }
}
