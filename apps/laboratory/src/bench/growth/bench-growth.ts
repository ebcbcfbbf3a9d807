import type { BackendPreference, CompileMode } from '@hrm/runtime';
import type { Terminal } from '@hrm/cli/internal';
import { growthBase, measureGrowth, type GrowthDimension } from './growth';
import { growthChart } from './growth-chart';
import { describeMachine, thisMachine } from '../report/machine';
import { ourContender } from '../contenders/our-contender';
import { formatSeconds } from '../report/format-figures';
import { markdownTable } from '../report/markdown-table';
import { expectResultsPlace, writeResults } from '../report/results-folder';

/** Options of {@link benchGrowth}. */
export interface BenchGrowthOptions {
  dimensions: readonly GrowthDimension[];
  steps: number;
  backend: BackendPreference | undefined;
  compile: CompileMode;
  out: string | undefined;
}

/** Runs `hrm-lab bench --growth`: how the time of a step grows with each size. */
export async function benchGrowth(terminal: Terminal, options: BenchGrowthOptions): Promise<void> {
  const { dimensions, steps, backend, compile, out } = options;
  if (out !== undefined) await expectResultsPlace(out, ['growth.json', 'growth.md', 'growth.svg']);
  const { hidden, layers, batch, tokens } = growthBase;
  terminal.say(
    `One size grows, the others stay at hidden ${hidden}, ${layers}+${layers} layers, batch ${batch}, ${tokens} tokens.`,
  );
  const machine = await thisMachine();
  const growths = await measureGrowth({
    dimensions,
    steps,
    contender: (sizes) => ourContender({ sizes, backend, compile }),
    onProgress: (what) => process.stderr.write(`  ${what}\n`),
  });
  const table = markdownTable(
    ['grows', 'seconds', 'power', 'of the matrix products'],
    growths.map(({ label, points, exponent, expected }) => [
      label,
      points.map(({ value, seconds }) => `${value}: ${formatSeconds(seconds)}`).join(', '),
      exponent.toFixed(2),
      expected.toFixed(2),
    ]),
  );
  const report = `${table}\n\n${describeMachine(machine)}`;
  terminal.say(`\n${report}`);
  const result = { machine, compile, base: growthBase, growths };
  if (out !== undefined) {
    await writeResults(out, {
      'growth.json': `${JSON.stringify(result, undefined, 2)}\n`,
      'growth.md': `${report}\n`,
      'growth.svg': growthChart(growths, machine),
    });
    terminal.say(`\nWritten to ${out}: growth.json, growth.md, growth.svg`);
  }
  terminal.result(result);
}
