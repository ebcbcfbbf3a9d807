import { matmulShare, summarize, type Summary, trainingFlops } from '@hrm/reference-trainer/internal';
import type { BenchSizeName } from './bench-size';
import type { ContenderMeasurement, ContenderName, SizeMeasurement } from './measure-size';

/** Measurements at the sizes that were run. */
export type Measurements = { [size in BenchSizeName]?: SizeMeasurement };

/** The kind of a figure. */
export type TargetKind = 'speed' | 'share' | 'memory' | 'seconds';

/** A figure to reach. */
export interface PerformanceTarget {
  size: BenchSizeName;
  work: string;
  figure: string;
  kind: TargetKind;
  floor: number;
  aim: number;
  /** The figure of each round; undefined if something it needs was not measured. */
  perRound: (measured: SizeMeasurement) => number[] | undefined;
}

/** Whether lower figures of a kind are better. */
export const lessIsBetter = (kind: TargetKind): boolean => kind === 'memory' || kind === 'seconds';

const medians = (rounds: readonly number[][]) => rounds.map((seconds) => summarize(seconds).median);

/** The ratio of two contenders, round by round: they take turns in each, so other load affects both. */
function ratio(
  above: ContenderName,
  below: ContenderName,
  figures: (measured: ContenderMeasurement) => number[],
): PerformanceTarget['perRound'] {
  return ({ contenders }) => {
    const [dividends, divisors] = [contenders[above], contenders[below]].map((one) => one && figures(one));
    if (!dividends || !divisors || dividends.length === 0 || dividends.length !== divisors.length) return undefined;
    return dividends.map((value, round) => value / divisors[round]!);
  };
}

/** Speed of the step's matrix products, as a share of the fastest library's speed at them in the same round. */
const matmulShares: PerformanceTarget['perRound'] = ({ contenders, sizes }) => {
  const { ours } = contenders;
  if (!ours || ours.matmulGflops.length === 0) return undefined;
  return medians(ours.seconds).map((seconds, round) => {
    const speeds = Object.values(contenders).flatMap(({ matmulGflops }) => matmulGflops[round] ?? []);
    return matmulShare(`${ours.name}: a training step`, trainingFlops(sizes), seconds, Math.max(...speeds));
  });
};

const seconds = (measured: ContenderMeasurement) => medians(measured.seconds);
const [eager, compiled] = ['official eager / ours', 'torch.compile / ours'];

/** The targets of `hrm-lab bench --against pytorch`. Source: issue 5, "What to reach". */
export const performanceTargets: readonly PerformanceTarget[] = [
  ...(
    [
      ['medium', eager, 'eager', 1.5, 2.0],
      ['medium', compiled, 'compiled', 1.15, 1.4],
      ['large', eager, 'eager', 1.15, 1.4],
      ['large', compiled, 'compiled', 1.0, 1.1],
      ['small', eager, 'eager', 1.5, 2.5],
    ] as const
  ).map(([size, figure, contender, floor, aim]): PerformanceTarget => {
    return {
      size,
      work: 'training step',
      figure,
      kind: 'speed',
      floor,
      aim,
      perRound: ratio(contender, 'ours', seconds),
    };
  }),
  ...(['medium-evaluation', 'large-evaluation'] as const).map((size): PerformanceTarget => {
    const perRound = ratio('eager', 'ours', seconds);
    return { size, work: 'evaluation, 16 segments', figure: eager, kind: 'speed', floor: 1.3, aim: 2.0, perRound };
  }),
  ...(
    [
      ['large', 'share of the machine’s matmul speed', 0.8, 0.9],
      ['medium', 'share of the machine’s matmul speed', 0.5, 0.7],
      ['wasm', 'share of WebAssembly’s matmul speed', 0.5, 0.7],
    ] as const
  ).map(([size, figure, floor, aim]): PerformanceTarget => {
    return { size, work: 'training step', figure, kind: 'share', floor, aim, perRound: matmulShares };
  }),
  {
    size: 'large',
    work: 'peak memory, training',
    figure: 'ours / official eager',
    kind: 'memory',
    floor: 1.0,
    aim: 0.7,
    perRound: ratio('ours', 'eager', ({ peakRssMib }) => [peakRssMib]),
  },
  {
    size: 'medium',
    work: 'first step',
    figure: 'ours, seconds',
    kind: 'seconds',
    floor: 5,
    aim: 5,
    perRound: ({ contenders: { ours } }) => ours && [ours.first],
  },
];

/** The verdict on a figure. */
export type Verdict = 'aim reached' | 'ok' | 'missed' | 'not measured';

/** A target with the measured figure. */
export interface PerformanceRow extends Omit<PerformanceTarget, 'perRound'> {
  measured: Summary | undefined;
  verdict: Verdict;
}

/** Compares measurements with their targets. Sizes that were not measured have no row. */
export function performanceRows(
  measurements: Measurements,
  targets: readonly PerformanceTarget[] = performanceTargets,
): PerformanceRow[] {
  return targets.flatMap(({ perRound, ...target }): PerformanceRow[] => {
    const measurement = measurements[target.size];
    if (!measurement) return [];
    const values = perRound(measurement);
    if (!values || values.length === 0) return [{ ...target, measured: undefined, verdict: 'not measured' }];
    const measured = summarize(values);
    const sign = lessIsBetter(target.kind) ? -1 : 1;
    const reaches = (bound: number) => sign * measured.median >= sign * bound;
    const verdict = reaches(target.aim) ? 'aim reached' : reaches(target.floor) ? 'ok' : 'missed';
    return [{ ...target, measured, verdict }];
  });
}
