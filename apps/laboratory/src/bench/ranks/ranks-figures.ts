import { WIRES, type Wire } from '@hrm/distributed';
import { summarize, type Summary } from '@hrm/cli/internal';
import type { BenchSizeName } from '../against/bench-size';
import { networkOf, predictStep, type AllReduceTimes, type Network, type StepProfile } from './cost-model';
import type { RanksMeasurement } from './measure-ranks';

/** The ways in which a batch is shared: `B` for each rank, or `B` for all together. */
export const scalings = ['weak', 'strong'] as const;
export type Scaling = (typeof scalings)[number];

/** The least efficiency of two ranks on one machine, at a size. */
export const floors: { readonly [size in BenchSizeName]?: number } = { medium: 0.9, large: 0.85 };

const medians = (rounds: readonly (readonly number[])[]) => rounds.map((seconds) => summarize(seconds).median);

/** The seconds of a step that one rank would need, as a share of what each of the ranks needs; for each round. */
function sharesOfOne(one: readonly number[], ranks: readonly number[], factor: number): number[] {
  return ranks.map((seconds, round) => one[round]! / (factor * seconds));
}

/** Efficiency against one rank with one thread: 1 if `N` ranks train `N` times as many puzzles per second. */
export interface Efficiency {
  scaling: Scaling;
  /** By wall time, over the rounds. */
  wall: Summary;
  /** By processor time, which other work on the machine disturbs less. */
  processor: Summary;
  floor?: number;
  verdict: 'ok' | 'missed' | 'no floor';
}

/**
 * The efficiencies of a measurement. Strong scaling has `1/N` of the batch on each rank.
 *
 * @param link the network between the ranks, whose speed decides then, so that there is no floor. Default: one machine.
 */
export function efficienciesOf(
  size: BenchSizeName,
  { ranks, contenders }: RanksMeasurement,
  link?: Network,
): Efficiency[] {
  const { one } = contenders;
  return scalings.flatMap((scaling) => {
    const times = contenders[scaling];
    if (!one || !times) return [];
    const factor = scaling === 'strong' ? ranks : 1;
    const wall = summarize(sharesOfOne(medians(one.seconds), medians(times.seconds), factor));
    const processor = summarize(sharesOfOne(one.processorSeconds, times.processorSeconds, factor));
    const floor = ranks === 2 && !link ? floors[size] : undefined;
    const verdict = floor === undefined ? 'no floor' : wall.median >= floor ? 'ok' : 'missed';
    return [{ scaling, wall, processor, ...(floor !== undefined && { floor }), verdict }];
  });
}

/** A prediction next to what was measured. */
export interface Check {
  /** What it was predicted from. */
  from: 'the all-reduces of these ranks' | 'the link';
  predicted: number;
  measured: number;
}

/** A profile on a machine whose cores disturb each other. */
const slowedDown = ({ seconds, calls }: StepProfile, factor: number): StepProfile => ({
  seconds: seconds * factor,
  calls: calls.map((call) => ({ ...call, at: call.at * factor })),
});

/**
 * Predicts the step that was measured with weak scaling: from the step without others, slower as `apart` is than `one`;
 * and from the all-reduces of the ranks, or from the figures of the link between them.
 */
export function checksOf(
  { ranks, wire, contenders: { one, apart, weak }, profile, allReduce }: RanksMeasurement,
  link?: Network,
): Check[] {
  if (!one || !apart || !weak) return [];
  const factor = Math.max(1, summarize(apart.seconds.flat()).median / summarize(one.seconds.flat()).median);
  const measured = summarize(weak.seconds.flat()).median;
  const check = (from: Check['from'], network: Network) => ({
    from,
    predicted: predictStep(slowedDown(profile, factor), ranks, network, wire).seconds,
    measured,
  });
  return [
    check('the all-reduces of these ranks', networkOf(allReduce, ranks)),
    ...(link ? [check('the link', link)] : []),
  ];
}

/** A predicted step on many hosts, one rank each. */
export interface Prediction {
  ranks: number;
  gbits: number;
  wire: Wire;
  seconds: number;
  waitedSeconds: number;
  /** The predicted efficiency with weak scaling. */
  efficiency: number;
}

/** What predictions are made for. */
export interface PredictedFor {
  ranks: readonly number[];
  gbits: readonly number[];
  latencySeconds: number;
  /** All-reduces in the memory of this machine: what a host does for each byte. */
  local: AllReduceTimes;
  localRanks: number;
}

/** The network of some gigabits per second, with what a host of this kind does for each byte. */
export const networkAt = (
  gbits: number,
  { latencySeconds, local, localRanks }: Pick<PredictedFor, 'latencySeconds' | 'local' | 'localRanks'>,
): Network => ({
  bitsPerSecond: gbits * 1e9,
  latencySeconds,
  hostSecondsPerByte: networkOf(local, localRanks).hostSecondsPerByte,
});

/** Predicts weak scaling: each rank has the batch of `one`, and a host of its own. */
export function predictionsOf(
  { contenders: { one }, profile }: Pick<RanksMeasurement, 'contenders' | 'profile'>,
  options: PredictedFor,
): Prediction[] {
  const alone = summarize(one!.seconds.flat()).median;
  return WIRES.flatMap((wire) =>
    options.gbits.flatMap((gbits) =>
      options.ranks.map((ranks) => {
        const { seconds, waitedSeconds } = predictStep(profile, ranks, networkAt(gbits, options), wire);
        return { ranks, gbits, wire, seconds, waitedSeconds, efficiency: alone / seconds };
      }),
    ),
  );
}
