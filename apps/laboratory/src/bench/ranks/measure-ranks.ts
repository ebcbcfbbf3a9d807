import type { Wire } from '@hrm/distributed';
import { type BenchSizes, summarize } from '@hrm/cli/internal';
import { rotate } from '../against/measure-size';
import { Contender, type ContenderCommand } from '../contenders/contender';
import type { AllReduceTimes, MeasuredAllReduce, StepProfile } from './cost-model';
import type { RanksJob } from './ranks-contender';

/**
 * What is timed for a number of ranks `N`, at a size whose batch is `B`:
 *
 * - `one`: one rank with batch `B`, as `hrm train` without a launcher.
 * - `weak`: `N` ranks with batch `B` each (weak scaling).
 * - `strong`: `N` ranks with batch `B / N` each (strong scaling).
 * - `apart`: `N` processes as in `one` at the same time: what the machine's memory and caches cost.
 * - `loopback`: one process with the work of a rank of `weak`, without the others.
 */
export type RanksContender = 'one' | 'weak' | 'strong' | 'apart' | 'loopback';

/** The job of each contender. `strong` is left out where the batch cannot be shared. */
export function jobsOf(
  sizes: BenchSizes,
  { ranks, ...rest }: Omit<RanksJob, 'sizes' | 'work'>,
): { [name in RanksContender]?: RanksJob } {
  const job = { sizes, ranks, ...rest };
  return {
    one: { ...job, ranks: 1, work: 'apart' },
    weak: { ...job, work: 'together' },
    ...(sizes.batch % ranks === 0 && {
      strong: { ...job, sizes: { ...sizes, batch: sizes.batch / ranks }, work: 'together' as const },
    }),
    apart: { ...job, work: 'apart' },
    loopback: { ...job, work: 'loopback' },
  };
}

/** The steps of a contender. */
export interface RanksTimes {
  /** Seconds of each step, round by round. */
  seconds: number[][];
  /** Processor time of a step of a rank, for each round. */
  processorSeconds: number[];
  /** Highest peak memory of a rank, in MiB. */
  peakRssMib: number;
}

/** The measurements of one size with a number of ranks. */
export interface RanksMeasurement {
  sizes: BenchSizes;
  ranks: number;
  /** How gradients travelled. */
  wire: Wire;
  contenders: { [name in RanksContender]?: RanksTimes };
  /** The median step of `loopback`. */
  profile: StepProfile;
  /** Of the ranks that train together. */
  allReduce: AllReduceTimes;
  /** Cores that other work kept busy after each round. */
  load: number[];
}

/** Options of {@link measureRanks}. */
export interface MeasureRanksOptions {
  rounds: number;
  /** Steps of each contender in one round. */
  steps: number;
  /** The command of a job. */
  command: (job: RanksJob) => ContenderCommand;
  busyCores: () => Promise<number>;
  onProgress?: (what: string) => void;
}

/** The first step compiles, the second touches memory for the first time. */
const WARM_UP = 2;
/** All-reduces that are timed in each round. The long one has the bytes of a bucket of gradients. */
const SHORT = { bytes: 1024, times: 50 };
const LONG = { bytes: 2 ** 24, times: 8 };

/**
 * Measures all contenders of a size. They take turns in rounds, and each turn has new processes, so that only those
 * that are timed are there.
 */
export async function measureRanks(
  jobs: { [name in RanksContender]?: RanksJob },
  { rounds, steps, command, busyCores, onProgress = () => undefined }: MeasureRanksOptions,
): Promise<RanksMeasurement> {
  const names = Object.keys(jobs) as RanksContender[];
  const { sizes, ranks, wire } = jobs.weak!;
  const contenders: RanksMeasurement['contenders'] = {};
  const profiles: StepProfile[] = [];
  const allReduces: AllReduceTimes[] = [];
  const load: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of rotate(names, round)) {
      const { contender } = await Contender.start(command(jobs[name]!));
      try {
        await contender.trainRanks(WARM_UP);
        const { seconds, processorSeconds, calls } = await contender.trainRanks(steps);
        const times = (contenders[name] ??= { seconds: [], processorSeconds: [], peakRssMib: 0 });
        times.seconds.push(seconds);
        if (processorSeconds !== undefined) times.processorSeconds.push(processorSeconds);
        times.peakRssMib = Math.max(times.peakRssMib, await contender.peakRssMib());
        calls?.forEach((made, step) => profiles.push({ seconds: seconds[step]!, calls: made }));
        if (name === 'weak') allReduces.push(await timeAllReduces(contender));
        onProgress(`round ${round + 1} of ${rounds}: ${name}, ${summarize(seconds).median.toFixed(3)} s`);
      } finally {
        await contender.end();
      }
    }
    load.push(await busyCores());
  }
  const byTime = profiles.sort((a, b) => a.seconds - b.seconds);
  return {
    sizes,
    ranks,
    wire,
    contenders,
    profile: byTime[(byTime.length - 1) >> 1]!,
    allReduce: medianOf(allReduces),
    load,
  };
}

/** The medians over the rounds. */
function medianOf(rounds: readonly AllReduceTimes[]): AllReduceTimes {
  const median = (of: (times: AllReduceTimes) => MeasuredAllReduce) => ({
    bytes: of(rounds[0]!).bytes,
    seconds: summarize(rounds.map((times) => of(times).seconds)).median,
  });
  return {
    short: median(({ short }) => short),
    long: { float32: median(({ long }) => long.float32), bfloat16: median(({ long }) => long.bfloat16) },
  };
}

/** Times the all-reduces of a contender. */
async function timeAllReduces(contender: Contender): Promise<AllReduceTimes> {
  const time = async ({ bytes, times }: typeof SHORT, wire: Wire = 'float32') => {
    // The first one makes connections.
    const [, ...seconds] = await contender.allReduce(bytes, wire, times);
    return { bytes, seconds: summarize(seconds).median };
  };
  return { short: await time(SHORT), long: { float32: await time(LONG), bfloat16: await time(LONG, 'bfloat16') } };
}

/** Times the all-reduces of a job's ranks, which train nothing. */
export async function measureAllReduce(command: ContenderCommand): Promise<AllReduceTimes> {
  const { contender } = await Contender.start(command);
  try {
    return await timeAllReduces(contender);
  } finally {
    await contender.end();
  }
}
