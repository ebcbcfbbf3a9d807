import { join } from 'node:path';
import { findNativeInstallation, type CompileMode } from '@hrm/runtime';
import { describeProcessor, multipliesBfloat16, type Processor } from '@hrm/runtime/internal';
import { namesOf, type Terminal } from '@hrm/cli/internal';
import { benchSizes, type BenchSize, type BenchSizeName } from './bench-size';
import type { ContenderCommand } from '../contenders/contender';
import { keptMeasurements } from './kept-measurements';
import { busyCores, describeLoad, processorOf, thisMachine, type Machine } from '../report/machine';
import { measureSize } from './measure-size';
import { precisionOf, type ContenderName, type SizeMeasurement } from './size-measurement';
import { ourContender } from '../contenders/our-contender';
import { performanceChart } from './performance-chart';
import { performanceReport } from './performance-table';
import { performanceRows, type Measurements } from './performance-target';
import { findPytorchAnchor, officialContender, type PytorchAnchor } from '../contenders/pytorch-anchor';
import { expectResultsPlace, writeResults } from '../report/results-folder';

/** Options of {@link benchAgainst}. */
export interface BenchAgainstOptions {
  sizes: readonly BenchSizeName[];
  rounds: number;
  quick: boolean;
  compile: CompileMode;
  python: string | undefined;
  checkout: string | undefined;
  out: string | undefined;
}

/** Makes sure that both sides have the same number of parameters: else they are different networks. */
function expectSameNetwork(size: BenchSizeName, { contenders: { ours, eager } }: SizeMeasurement): void {
  if (!ours || !eager || ours.parameters === eager.parameters) return;
  throw new Error(
    `${size}: ours trains ${ours.parameters} parameters, but the official code ${eager.parameters}: these are different networks`,
  );
}

/** The contenders at a size: without those in bfloat16 where the processor has no instructions for it. */
function contendersOf(
  size: BenchSizeName,
  { compile, anchor, processor }: { compile: CompileMode; anchor: PytorchAnchor | undefined; processor: Processor },
): { [name in ContenderName]?: ContenderCommand } {
  const { sizes, contenders }: BenchSize = benchSizes[size];
  const command = (name: ContenderName) => {
    const atPrecision = { ...sizes, precision: precisionOf(name) };
    return name.startsWith('ours')
      ? ourContender({ sizes: atPrecision, backend: size === 'wasm' ? 'wasm' : 'native', compile })
      : officialContender(anchor!, atPrecision, name.startsWith('compiled'));
  };
  const names = contenders.filter((name) => precisionOf(name) === 'float32' || multipliesBfloat16(processor));
  return Object.fromEntries(names.map((name) => [name, command(name)]));
}

/**
 * Runs `hrm-lab bench --against pytorch`: measures both sides in turn, and checks the targets. Exit status 1 if one is
 * missed.
 */
export async function benchAgainst(terminal: Terminal, options: BenchAgainstOptions): Promise<void> {
  const { sizes, rounds, quick, compile, python, checkout, out } = options;
  const say = (text: string) => terminal.say(text);
  if (out !== undefined) await expectResultsPlace(out, ['performance.json', 'performance.md', 'performance.svg']);
  const needsPytorch = sizes.some((size) => size !== 'wasm');
  if (needsPytorch && !findNativeInstallation()) {
    throw new Error('Native TensorFlow is not set up, which this benchmark compares with PyTorch: run `hrm setup`');
  }
  const anchor = needsPytorch ? await findPytorchAnchor({ python, checkout, say }) : undefined;
  if (anchor) say(`PyTorch: ${anchor.python}, official code: ${anchor.checkout} ${anchor.commit?.slice(0, 10) ?? ''}`);

  const before = await thisMachine();
  const processor = processorOf(before);
  say(describeProcessor(processor));
  say(
    multipliesBfloat16(processor)
      ? 'It has instructions for bfloat16: rows in both precisions apply'
      : 'It is not known to have instructions for bfloat16: only rows in float32 apply',
  );
  const warning = describeLoad(before);
  if (warning) say(`Warning: ${warning}`);
  const file = out === undefined ? undefined : join(out, 'performance.json');
  const kept = (file && keptMeasurements(file, before)) || {};
  let finished: ReturnType<typeof conclude> | undefined;
  for (const size of sizes) {
    const { label, work, sizes: dimensions, turn, quickTurn }: BenchSize = benchSizes[size];
    say(`${size}: ${work}, ${label}`);
    const measured = await measureSize(dimensions, contendersOf(size, { compile, anchor, processor }), {
      rounds,
      work,
      turn: quick ? quickTurn : turn,
      busyCores,
      onProgress: (what) => process.stderr.write(`  ${what}\n`),
    });
    for (const [name, failure] of Object.entries(measured.failures)) say(`Left out at this size (${name}): ${failure}`);
    expectSameNetwork(size, measured);
    kept[size] = measured;
    finished = conclude(kept, before, anchor);
    // Written after each size, so that an interrupted run keeps the sizes that are done.
    if (out !== undefined) await writeResults(out, finished.files);
  }
  const { report, result, rows } = finished!;
  say(`\n${report}`);
  if (out !== undefined) say(`\nWritten to ${out}: performance.json, performance.md, performance.svg`);
  terminal.result(result);
  const ran = rows.filter(({ size }) => sizes.includes(size));
  if (ran.some(({ verdict }) => verdict === 'missed' || verdict === 'not measured')) process.exitCode = 1;
}

/** Compares all measurements with their targets, and makes the files of the report. */
function conclude(measured: Measurements, before: Machine, anchor: PytorchAnchor | undefined) {
  const measurements = inOrder(measured);
  const rows = performanceRows(measurements, processorOf(before));
  const contenders = Object.values(measurements).flatMap((one) => Object.values(one.contenders));
  const versions: { [name: string]: string } = Object.assign(
    {},
    before.versions,
    ...contenders.map((one) => one.versions),
  );
  if (anchor?.commit) versions['official code'] = anchor.commit.slice(0, 10);
  const machine = { ...before, versions };
  const report = performanceReport(rows, measurements, machine);
  const result = { format: 1, machine, rows, measurements };
  const files = {
    'performance.json': `${JSON.stringify(result, undefined, 2)}\n`,
    'performance.md': `${report}\n`,
    'performance.svg': performanceChart(rows, machine),
  };
  return { rows, report, result, files };
}

/** Sizes in the order of `benchSizes`. */
const inOrder = (measurements: Measurements): Measurements =>
  Object.fromEntries(namesOf(benchSizes).flatMap((size) => (measurements[size] ? [[size, measurements[size]]] : [])));
