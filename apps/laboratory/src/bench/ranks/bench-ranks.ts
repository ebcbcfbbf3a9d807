import type { Wire } from '@hrm/distributed';
import type { BackendPreference, CompileMode } from '@hrm/runtime';
import { describeProcessor } from '@hrm/runtime/internal';
import type { Terminal } from '@hrm/cli/internal';
import { benchSizes, type BenchSizeName } from '../against/bench-size';
import { busyCores, describeLoad, processorOf, thisMachine } from '../report/machine';
import { expectResultsPlace, writeResults } from '../report/results-folder';
import { jobsOf, measureAllReduce, measureRanks } from './measure-ranks';
import { ranksChart } from './ranks-chart';
import { findLauncher, ranksContender } from './ranks-contender';
import { checksOf, efficienciesOf, networkAt, predictionsOf, type PredictedFor } from './ranks-figures';
import { ranksReport, type RanksResult, type SizePredictions } from './ranks-report';

/** Options of {@link benchRanks}. */
export interface BenchRanksOptions {
  /** Numbers of ranks, each measured against one rank. */
  ranks: readonly number[];
  sizes: readonly BenchSizeName[];
  /** Puzzles of one rank. Default: those of the size. */
  batch: number | undefined;
  rounds: number;
  steps: number;
  /** The program that starts the ranks, with its options. */
  launcher: string | undefined;
  /** How gradients travel between the ranks that are timed. */
  wire: Wire;
  /** The network between the ranks: Gbit/s and microseconds of a message. Default: the memory of this machine. */
  link: { gbits: number; microseconds: number } | undefined;
  /** Networks for which many ranks are predicted, in Gbit/s. */
  bandwidths: readonly number[];
  /** Microseconds of a message in these networks. */
  latency: number;
  backend: BackendPreference | undefined;
  compile: CompileMode;
  out: string | undefined;
}

/** The numbers of ranks in the table of predictions, and those of the chart. */
const PREDICTED = [8, 64, 1024];
const DRAWN = Array.from({ length: 11 }, (_, power) => 2 ** power);

/**
 * Runs `hrm-lab bench --ranks`: times ranks with one thread each against one rank, and predicts many ranks. Exit status
 * 1 if an efficiency is below its floor.
 */
export async function benchRanks(terminal: Terminal, options: BenchRanksOptions): Promise<void> {
  const {
    ranks,
    sizes,
    batch,
    rounds,
    steps,
    launcher: given,
    wire,
    link,
    bandwidths,
    latency,
    out,
    ...engine
  } = options;
  if (out !== undefined) await expectResultsPlace(out, ['ranks.json', 'ranks.md', 'ranks.svg']);
  const here = await findLauncher();
  const launcher = given === undefined ? here : await findLauncher(given.split(/\s+/).filter(Boolean));
  const before = await thisMachine();
  const machine = { ...before, versions: { ...before.versions, [launcher.kind]: launcher.version } };
  terminal.say(`${describeProcessor(processorOf(machine))}; ${launcher.kind} ${launcher.version}`);
  const warning = describeLoad(machine);
  if (warning) terminal.say(`Warning: ${warning}`);
  const onProgress = (what: string) => process.stderr.write(`  ${what}\n`);

  const localJob = {
    sizes: benchSizes.small.sizes,
    ranks: 2,
    work: 'together' as const,
    wire: 'float32' as const,
    ...engine,
  };
  const local = await measureAllReduce(ranksContender(here, localJob));
  const network = { latencySeconds: latency * 1e-6, local, localRanks: localJob.ranks };
  const results: RanksResult[] = [];
  for (const size of sizes) {
    for (const many of ranks) {
      terminal.say(`${size}, ${many} ranks, ${wire}: ${benchSizes[size].label}`);
      const dimensions = { ...benchSizes[size].sizes, ...(batch !== undefined && { batch }) };
      const measurement = await measureRanks(jobsOf(dimensions, { ranks: many, wire, ...engine }), {
        rounds,
        steps,
        command: (job) => ranksContender(launcher, job),
        busyCores,
        onProgress,
      });
      const betweenHosts = link && networkAt(link.gbits, { ...network, latencySeconds: link.microseconds * 1e-6 });
      results.push({
        size,
        measurement,
        efficiencies: efficienciesOf(size, measurement, betweenHosts),
        checks: checksOf(measurement, betweenHosts),
      });
    }
  }
  const predict = (numbers: readonly number[]) =>
    predictionsOfSizes(results, { ranks: numbers, gbits: bandwidths, ...network });
  const predictions = predict(PREDICTED);
  const report = ranksReport(results, predictions, { machine, latencyMicroseconds: latency });
  terminal.say(`\n${report}`);
  const result = { machine, launcher, link, local, latencySeconds: network.latencySeconds, results, predictions };
  if (out !== undefined) {
    await writeResults(out, {
      'ranks.json': `${JSON.stringify(result, undefined, 2)}\n`,
      'ranks.md': `${report}\n`,
      'ranks.svg': ranksChart(predict(DRAWN), results, machine),
    });
    terminal.say(`\nWritten to ${out}: ranks.json, ranks.md, ranks.svg`);
  }
  terminal.result(result);
  if (results.some(({ efficiencies }) => efficiencies.some(({ verdict }) => verdict === 'missed'))) {
    process.exitCode = 1;
  }
}

/** The predictions for each size, from its measurement with the fewest ranks. */
function predictionsOfSizes(results: readonly RanksResult[], options: PredictedFor): SizePredictions[] {
  const first = new Map<BenchSizeName, RanksResult>();
  for (const result of results) if (!first.has(result.size)) first.set(result.size, result);
  return [...first.values()].map(({ size, measurement }) => ({
    size,
    predictions: predictionsOf(measurement, options),
  }));
}
