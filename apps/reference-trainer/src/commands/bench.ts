import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { choice, count, integer, list, text, toggle } from '../command-line/options';
import { benchSizes } from '../bench/bench-size';
import { growthDimensions } from '../bench/growth';
import { benchTicks, runBench } from '../bench/run-bench';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { withProgress } from '../terminal/progress';
import { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';
import { benchAgainst } from '../bench/bench-against';
import { benchData } from '../bench/bench-data';
import { benchGrowth } from '../bench/bench-growth';

const namesOf = <Name extends string>(parts: { [key in Name]: unknown }) => Object.keys(parts) as Name[];

/** Options of `hrm bench`. */
const benchOptions = z.strictObject({
  ...backendOptions,
  against: choice(
    'pytorch: run beside the official code, and hold the figures against floors and aims',
    ['pytorch'],
    'what',
  ).optional(),
  sizes: list(`--against: some of ${namesOf(benchSizes).join(', ')} (default: all)`, namesOf(benchSizes)).optional(),
  rounds: count('--against: rounds in which both sides take turns (default: 5)').optional(),
  quick: toggle('--against: two short rounds at the small and the medium size'),
  python: text('--against: an interpreter that has torch (default: one set up in the cache)', {
    value: 'path',
    expected: 'an interpreter',
  }).optional(),
  hrmCheckout: text('--against: a checkout of the official code (default: cloned into the cache)', {
    value: 'folder',
  }).optional(),
  growth: list(
    'Time a step as some of batch, tokens, hidden, layers, segments and cycles grow, or all',
    namesOf(growthDimensions),
    {
      value: 'dimensions',
      withoutValue: true,
    },
  ).optional(),
  data: toggle('Time the puzzles, and what share of a step waits for them'),
  out: text('--against, --growth, --data: write JSON, tables and charts there', {
    value: 'folder',
    expected: 'a folder for the results',
  }).optional(),
  hidden: count('Hidden size').default(128),
  layers: count('Blocks in each of f_H and f_L').default(2),
  heads: count('Attention heads').default(2),
  batch: count('Puzzles at a time (default: 32)').optional(),
  tokens: count('Tokens of a puzzle').default(81),
  segments: count('Segments of an evaluation').default(16),
  steps: count('Steps to time, after a warm-up (default: 6)').optional(),
  evaluations: integer('Evaluations to time, after a warm-up', { least: 0 }).default(2),
});

type BenchOptions = z.infer<typeof benchOptions>;

/** What each of them takes besides `--compile`, `--backend`, `--json` and `--out`. */
const OF_AGAINST = ['sizes', 'rounds', 'quick', 'python', 'hrmCheckout'] as const;

/** `hrm bench`, and its kinds `--against pytorch`, `--growth` and `--data`. */
async function bench(options: BenchOptions): Promise<void> {
  const { against, growth, data, sizes, rounds, quick, python, hrmCheckout, compile, backend, out, steps, batch } =
    options;
  if ([against, growth, data || undefined].filter((kind) => kind !== undefined).length > 1) {
    throw new UsageError('--against, --growth and --data: only one at a time');
  }
  const surplus = OF_AGAINST.find((name) => options[name] !== undefined && options[name] !== false);
  if (!against && surplus) {
    const flag = surplus === 'hrmCheckout' ? 'hrm-checkout' : surplus;
    throw new UsageError(`--${flag} belongs to --against pytorch`);
  }
  if (out !== undefined && !against && !growth && !data) {
    throw new UsageError('--out belongs to --against, --growth or --data');
  }
  const terminal = new Terminal(options.json);
  if (against) {
    if (backend) throw new UsageError('--backend: --against pytorch chooses the backend of each row itself');
    await benchAgainst(terminal, {
      sizes: sizes ?? (quick ? ['small', 'medium', 'medium-evaluation'] : namesOf(benchSizes)),
      rounds: rounds ?? (quick ? 2 : 5),
      quick,
      compile,
      python,
      checkout: hrmCheckout,
      out,
    });
  } else if (growth) await benchGrowth(terminal, { dimensions: growth, steps: steps ?? 5, backend, compile, out });
  else if (data) await benchData(terminal, { backend, compile, batch: batch ?? 128, steps: steps ?? 20, out });
  else await benchOnce(terminal, options);
}

const percent = (share: number) => (100 * share).toFixed(0);
const between = (range: [number, number], format = (value: number) => value.toFixed(0)) =>
  range.map(format).join(' to ');

/** `hrm bench --hidden N --layers N --heads N --batch N --tokens N`: one size, in this process. */
async function benchOnce(terminal: Terminal, options: BenchOptions): Promise<void> {
  const { hidden, layers, heads, batch = 32, tokens, segments, steps = 6, evaluations } = options;
  if (hidden % heads !== 0 || (hidden / heads) % 2 !== 0) {
    throw new UsageError(`--heads: ${heads} heads do not divide --hidden ${hidden} into heads of even width`);
  }
  const engine = await startEngine(terminal, options);
  terminal.say(
    `HRM, hidden ${hidden}, ${layers}+${layers} layers, ${heads} heads, batch ${batch}, ${tokens} tokens, float32, ${options.compile}`,
  );
  const size = { hidden, layers, heads, batch, tokens, segments };
  const result = await withProgress(terminal, 'steps', benchTicks({ steps, evaluations }), (progress) =>
    runBench(size, { steps, evaluations }, engine, progress),
  );
  const {
    stepSeconds,
    stepSecondsRange,
    firstStepSeconds,
    samplesPerSecond,
    evaluationSeconds,
    matmulGflops,
    matmulGflopsRange,
    matmulShare,
    matmulShareRange,
    peakRssMib,
  } = result;
  terminal.say(
    `training step   ${stepSeconds.toFixed(4)} s (${stepSecondsRange.map((s) => s.toFixed(4)).join(' to ')}), the first ${firstStepSeconds.toFixed(2)} s`,
  );
  terminal.say(`samples/s       ${samplesPerSecond.toFixed(1)}`);
  if (evaluations > 0)
    terminal.say(`evaluation      ${evaluationSeconds.toFixed(3)} s a batch of ${segments} segments`);
  terminal.say(
    `matmul speed    ${matmulGflops.toFixed(0)} GFLOP/s (${between(matmulGflopsRange)}); a step reaches ${percent(matmulShare)}% of it (${between(matmulShareRange, percent)}%)`,
  );
  terminal.say(`peak memory     ${peakRssMib} MiB`);
  terminal.result({
    backend: engine.backend.name,
    compile: options.compile,
    hidden,
    layers,
    heads,
    batch,
    tokens,
    segments,
    ...result,
  });
}

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'Time training steps and evaluations: at one size, beside PyTorch, or as sizes grow',
  options: benchOptions,
  examples: [
    'hrm bench --hidden 128 --layers 2 --heads 2 --batch 128 --tokens 81 --json',
    'hrm bench --against pytorch --out runs/performance',
  ],
  run: bench,
});
