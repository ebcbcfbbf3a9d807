import type { Precision } from '@hrm/layers';
import { matmulShare, summarize, type Summary, trainingFlops } from '@hrm/cli/internal';
import { multipliesBfloat16, type Processor } from '@hrm/runtime/internal';
import type { BenchSizeName } from './bench-size';
import {
  measuredContenders,
  precisionOf,
  type ContenderMeasurement,
  type ContenderName,
  type SizeMeasurement,
} from './size-measurement';

/** Measurements at the sizes that were run. */
export type Measurements = { [size in BenchSizeName]?: SizeMeasurement };

/** The kind of a figure. */
export type TargetKind = 'speed' | 'share' | 'memory' | 'seconds';

/** A figure to reach. */
export interface PerformanceTarget {
  size: BenchSizeName;
  work: string;
  figure: string;
  /** Of both sides. A row in bfloat16 applies only to processors with instructions for it. */
  precision: Precision;
  kind: TargetKind;
  floor: number;
  aim: number;
  /** The figure of each round; undefined if something it needs was not measured. */
  perRound: (measured: SizeMeasurement) => number[] | undefined;
}

/** Whether lower figures of a kind are better. */
const lessIsBetter = (kind: TargetKind): boolean => kind === 'memory' || kind === 'seconds';

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

/**
 * The yardstick of a size: the highest speed of all contenders at the step's products, in each round; in float32 only,
 * or in both precisions. Empty if it was not measured.
 */
export function fastestProducts(measurement: SizeMeasurement, precision: Precision): number[] {
  const speeds = measuredContenders(measurement)
    .filter((name) => precision === 'bfloat16' || precisionOf(name) === 'float32')
    .map((name) => measurement.contenders[name]!.matmulGflops);
  const rounds = Math.max(0, ...speeds.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => Math.max(...speeds.map((all) => all[round] ?? 0)));
}

/**
 * Speed of a contender's matrix products in each round, as a share of the yardstick's highest speed over all rounds.
 * Undefined if the contender or the yardstick was not measured.
 *
 * @throws ImpossibleShareError if a share is above 1
 */
export function matmulShares(measurement: SizeMeasurement, name: ContenderName): number[] | undefined {
  const measured = measurement.contenders[name];
  const speeds = fastestProducts(measurement, precisionOf(name));
  if (!measured || speeds.length === 0) return undefined;
  const flops = trainingFlops(measurement.sizes);
  return medians(measured.seconds).map((seconds) =>
    matmulShare(`${measured.name}: a training step`, flops, seconds, Math.max(...speeds)),
  );
}

const seconds = (measured: ContenderMeasurement) => medians(measured.seconds);

/** The ratio of an official contender's seconds to ours, both in one precision. */
function speedTarget(
  size: BenchSizeName,
  precision: Precision,
  side: 'eager' | 'compiled',
  floor: number,
  aim: number,
): PerformanceTarget {
  const [official, ours] =
    precision === 'bfloat16' ? [`${side}-bfloat16` as const, 'ours-bfloat16' as const] : [side, 'ours' as const];
  const figure = `${side === 'eager' ? 'official eager' : 'torch.compile'} / ours`;
  const work = size.endsWith('evaluation') ? 'evaluation, 16 segments' : 'training step';
  return { size, work, figure, precision, kind: 'speed', floor, aim, perRound: ratio(official, ours, seconds) };
}

const memory = ({ peakRssMib }: ContenderMeasurement) => [peakRssMib];
const memoryTarget = {
  size: 'large',
  work: 'peak memory, training',
  figure: 'ours / official eager',
  kind: 'memory',
  floor: 1.0,
  aim: 0.7,
} as const;

/** The targets of `hrm-lab bench --against pytorch`. Sources: issues 5 and 15, "What to reach". */
const performanceTargets: readonly PerformanceTarget[] = [
  speedTarget('medium', 'bfloat16', 'eager', 1.3, 1.8),
  speedTarget('medium', 'bfloat16', 'compiled', 0.95, 1.2),
  speedTarget('medium', 'float32', 'eager', 1.5, 2.0),
  speedTarget('medium', 'float32', 'compiled', 1.15, 1.4),
  speedTarget('large', 'bfloat16', 'eager', 1.2, 1.5),
  speedTarget('large', 'bfloat16', 'compiled', 0.8, 1.1),
  speedTarget('large', 'float32', 'eager', 1.1, 1.4),
  speedTarget('large', 'float32', 'compiled', 1.0, 1.1),
  speedTarget('small', 'float32', 'eager', 1.5, 2.5),
  speedTarget('small', 'float32', 'compiled', 1.0, 1.3),
  speedTarget('medium-evaluation', 'float32', 'eager', 1.3, 2.0),
  speedTarget('large-evaluation', 'bfloat16', 'eager', 1.2, 1.8),
  speedTarget('large-evaluation', 'float32', 'eager', 1.3, 2.0),
  ...(
    [
      ['large', 'share of the machine’s matmul speed', 0.8, 0.9],
      ['medium', 'share of the machine’s matmul speed', 0.5, 0.7],
      ['wasm', 'share of WebAssembly’s matmul speed', 0.5, 0.7],
    ] as const
  ).map(([size, figure, floor, aim]): PerformanceTarget => {
    const perRound = (measured: SizeMeasurement) => matmulShares(measured, 'ours');
    return { size, work: 'training step', figure, precision: 'float32', kind: 'share', floor, aim, perRound };
  }),
  { ...memoryTarget, precision: 'bfloat16', perRound: ratio('ours-bfloat16', 'eager-bfloat16', memory) },
  { ...memoryTarget, precision: 'float32', perRound: ratio('ours', 'eager', memory) },
  {
    size: 'medium',
    work: 'first step',
    figure: 'ours, seconds',
    precision: 'float32',
    kind: 'seconds',
    floor: 5,
    aim: 5,
    perRound: ({ contenders: { ours } }) => ours && [ours.first],
  },
];

/** The verdict on a figure. */
export type Verdict = 'aim reached' | 'ok' | 'missed' | 'not measured' | 'does not apply';

/** A target with the measured figure. */
export interface PerformanceRow extends Omit<PerformanceTarget, 'perRound'> {
  measured: Summary | undefined;
  verdict: Verdict;
}

/** Compares measurements with their targets. Sizes that were not measured have no row. */
export function performanceRows(
  measurements: Measurements,
  processor: Processor,
  targets: readonly PerformanceTarget[] = performanceTargets,
): PerformanceRow[] {
  return targets.flatMap(({ perRound, ...target }): PerformanceRow[] => {
    const measurement = measurements[target.size];
    if (!measurement) return [];
    if (target.precision === 'bfloat16' && !multipliesBfloat16(processor))
      return [{ ...target, measured: undefined, verdict: 'does not apply' }];
    const values = perRound(measurement);
    if (!values || values.length === 0) return [{ ...target, measured: undefined, verdict: 'not measured' }];
    const measured = summarize(values);
    const sign = lessIsBetter(target.kind) ? -1 : 1;
    const reaches = (bound: number) => sign * measured.median >= sign * bound;
    const verdict = reaches(target.aim) ? 'aim reached' : reaches(target.floor) ? 'ok' : 'missed';
    return [{ ...target, measured, verdict }];
  });
}
