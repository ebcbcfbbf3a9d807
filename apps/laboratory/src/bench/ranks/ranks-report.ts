import { percent, summarize, type Summary } from '@hrm/cli/internal';
import { benchSizes, type BenchSizeName } from '../against/bench-size';
import { formatSeconds, withRange } from '../report/format-figures';
import { describeLoad, describeMachine, type Machine } from '../report/machine';
import { markdownTable } from '../report/markdown-table';
import type { RanksContender, RanksMeasurement } from './measure-ranks';
import type { Check, Efficiency, Prediction } from './ranks-figures';

/** Measurements of a size with a number of ranks, and what follows from them. */
export interface RanksResult {
  size: BenchSizeName;
  measurement: RanksMeasurement;
  efficiencies: Efficiency[];
  checks: Check[];
}

/** The predictions for a size. */
export interface SizePredictions {
  size: BenchSizeName;
  predictions: Prediction[];
}

const DONE: { readonly [name in RanksContender]: (ranks: number, batch: number) => string } = {
  one: (_, batch) => `1 rank, batch ${batch}`,
  weak: (ranks, batch) => `${ranks} ranks, batch ${batch} each (weak)`,
  strong: (ranks, batch) => `${ranks} ranks, batch ${batch / ranks} each (strong)`,
  apart: (ranks, batch) => `${ranks} processes that train apart, batch ${batch} each`,
  loopback: (_, batch) => `the work of 1 rank without the others, batch ${batch}`,
};

const share = ({ median, least, most }: Summary) => withRange([least, median, most], (value) => value.toFixed(3));

/** The times of all contenders. */
const timesTable = (results: readonly RanksResult[]) =>
  markdownTable(
    ['size', 'what', 'seconds of a step', 'processor seconds', 'MiB of a rank'],
    results.flatMap(({ size, measurement: { contenders, ranks, sizes } }) =>
      Object.entries(contenders).map(([name, { seconds, processorSeconds, peakRssMib }]) => [
        size,
        DONE[name as RanksContender](ranks, sizes.batch),
        withRange(seconds.flat(), formatSeconds),
        withRange(processorSeconds, formatSeconds),
        String(peakRssMib),
      ]),
    ),
  );

const efficiencyTable = (results: readonly RanksResult[]) =>
  markdownTable(
    ['size', 'ranks', 'scaling', 'efficiency', 'by processor time', 'floor', ''],
    results.flatMap(({ size, measurement: { ranks }, efficiencies }) =>
      efficiencies.map(({ scaling, wall, processor, floor, verdict }) => [
        size,
        String(ranks),
        scaling,
        share(wall),
        share(processor),
        floor?.toFixed(2) ?? '-',
        verdict === 'missed' ? 'MISSED' : verdict === 'ok' ? 'ok' : '',
      ]),
    ),
  );

const checksTable = (results: readonly RanksResult[]) =>
  markdownTable(
    ['size', 'ranks', 'predicted from', 'predicted', 'measured', 'predicted / measured'],
    results.flatMap(({ size, measurement: { ranks }, checks }) =>
      checks.map(({ from, predicted, measured }) => [
        size,
        String(ranks),
        from,
        `${formatSeconds(predicted)} s`,
        `${formatSeconds(measured)} s`,
        (predicted / measured).toFixed(3),
      ]),
    ),
  );

/** Predicted steps, a column for each number of ranks. */
function predictionsTable(sizes: readonly SizePredictions[]): string {
  const columns = [...new Set(sizes.flatMap(({ predictions }) => predictions.map(({ ranks }) => ranks)))];
  const rows = sizes.flatMap(({ size, predictions }) => {
    const lines = new Map<string, string[]>();
    for (const { gbits, wire, seconds, efficiency } of predictions) {
      const cells = lines.get(`${gbits} Gbit/s, ${wire}`) ?? [];
      cells.push(`${formatSeconds(seconds)} s, ${percent(efficiency, 0)}`);
      lines.set(`${gbits} Gbit/s, ${wire}`, cells);
    }
    return [...lines].map(([network, cells]) => [size, network, ...cells]);
  });
  return markdownTable(['size', 'wire', ...columns.map((ranks) => `${ranks.toLocaleString('en')} ranks`)], rows);
}

/** The report of `hrm-lab bench --ranks`. */
export function ranksReport(
  results: readonly RanksResult[],
  predicted: readonly SizePredictions[],
  { machine, latencyMicroseconds }: { machine: Machine; latencyMicroseconds: number },
): string {
  const ran = [...new Set(results.map(({ size }) => size))];
  const load = Math.max(...results.flatMap(({ measurement }) => measurement.load));
  const busy = describeLoad({ load, cores: machine.cores });
  const steps = results.flatMap(({ measurement: { profile } }) => profile.calls);
  const most = ranksBeyond(results, machine);
  const isRounded = results.some(({ measurement: { wire } }) => wire === 'bfloat16');
  const rounded = isRounded ? ', gradients in bfloat16 on the wire' : '';
  return [
    ...ran.map((size) => `${size}: ${benchSizes[size].label}`),
    '',
    timesTable(results),
    '',
    `Efficiency against one rank: puzzles per second of N ranks, over N times those of one. One thread each${rounded}.`,
    '',
    efficiencyTable(results),
    ...(most ? ['', most] : []),
    '',
    'The cost model against what was measured (weak scaling):',
    '',
    checksTable(results),
    ...(predicted.length > 0
      ? [
          '',
          `Predicted steps and efficiencies with one rank on each host and the same batch on each rank, ${latencyMicroseconds} µs per message:`,
          '',
          predictionsTable(predicted),
        ]
      : []),
    '',
    ...(steps.length > 0 ? [bucketsLine(results), ''] : []),
    describeMachine(machine),
    ...(busy ? [`Between the rounds: ${busy}`] : []),
  ].join('\n');
}

/** What goes over the wire in a step, for each size. */
const bucketsLine = (results: readonly RanksResult[]) =>
  [...new Map(results.map((result) => [result.size, result])).values()]
    .map(({ size, measurement: { profile, allReduce } }) => {
      const calls = profile.calls.map(({ kind, bytes }) => `${kind} ${bytes.toLocaleString('en')}`);
      const { short, long } = allReduce;
      return (
        `${size}, bytes of a rank in a step: ${calls.join(', ')}. An all-reduce of ${short.bytes} bytes took ` +
        `${(short.seconds * 1e6).toFixed(0)} µs, of ${(long.float32.bytes / 2 ** 20).toFixed(0)} MiB ` +
        `${(long.float32.seconds * 1e3).toFixed(1)} ms, in bfloat16 ${(long.bfloat16.seconds * 1e3).toFixed(1)} ms.`
      );
    })
    .join('\n');

/** A remark on ranks that had no core of their own. */
function ranksBeyond(results: readonly RanksResult[], { cores }: Machine): string | undefined {
  const most = summarize(results.map(({ measurement }) => measurement.ranks)).most;
  if (most <= cores) return undefined;
  return `${most} ranks shared ${cores} cores: an efficiency of ${(cores / most).toFixed(2)} is the most they can have.`;
}
