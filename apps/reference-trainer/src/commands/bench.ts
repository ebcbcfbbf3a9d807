import { z } from 'zod';
import { benchSizes } from '../bench/bench-size';
import { growthDimensions } from '../bench/growth';
import { runBench } from '../bench/run-bench';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { Terminal, withProgress } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';
import { UsageError } from '../terminal/usage-error';
import { benchAgainst } from './bench-against';
import { benchData } from './bench-data';
import { benchGrowth } from './bench-growth';

const count = z.int().min(1);

/** A comma-separated list of some of these names, in this order; all where none is given. */
const someOf = <Name extends string>(names: readonly Name[]) =>
  z
    .union([z.string(), z.literal(true)])
    .optional()
    .transform((list, context): Name[] | undefined => {
      if (list === undefined) return undefined;
      if (list === true) return [...names];
      const chosen = list.split(',');
      const unknown = chosen.find((name) => !names.includes(name as Name));
      if (unknown === undefined) return names.filter((name) => chosen.includes(name));
      context.addIssue({ code: 'custom', message: `"${unknown}" is none of ${names.join(', ')}` });
      return z.NEVER;
    });

const namesOf = <Name extends string>(parts: { [key in Name]: unknown }) => Object.keys(parts) as Name[];

/** Options of `hrm bench`. */
export const benchOptions = z.strictObject({
  ...backendOptions,
  hidden: count.default(128),
  layers: count.default(2),
  heads: count.default(2),
  batch: count.optional(),
  tokens: count.default(81),
  segments: count.default(16),
  steps: count.optional(),
  evaluations: z.int().min(0).default(2),
  against: z.literal('pytorch', { error: 'expected pytorch' }).optional(),
  growth: someOf(namesOf(growthDimensions)),
  data: z.boolean().default(false),
  sizes: someOf(namesOf(benchSizes)),
  rounds: count.optional(),
  quick: z.boolean().default(false),
  python: textOption('expected an interpreter').optional(),
  hrmCheckout: textOption('expected a folder').optional(),
  out: textOption('expected a folder for the results').optional(),
});

type BenchOptions = z.infer<typeof benchOptions>;

/** What each of them takes besides `--compile`, `--backend`, `--json` and `--out`. */
const OF_AGAINST = ['sizes', 'rounds', 'quick', 'python', 'hrmCheckout'] as const;

/** `hrm bench`, and its kinds `--against pytorch`, `--growth` and `--data`. */
export async function bench(options: BenchOptions): Promise<void> {
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
  const result = await withProgress(terminal, 'steps', steps + evaluations + 2, (progress) =>
    runBench(size, { steps, evaluations }, engine, progress),
  );
  const {
    stepSeconds,
    stepSecondsRange,
    firstStepSeconds,
    samplesPerSecond,
    evaluationSeconds,
    matmulGflops,
    matmulShare,
    peakRssMib,
  } = result;
  terminal.say(
    `training step   ${stepSeconds.toFixed(4)} s (${stepSecondsRange.map((s) => s.toFixed(4)).join(' to ')}), the first ${firstStepSeconds.toFixed(2)} s`,
  );
  terminal.say(`samples/s       ${samplesPerSecond.toFixed(1)}`);
  if (evaluations > 0)
    terminal.say(`evaluation      ${evaluationSeconds.toFixed(3)} s a batch of ${segments} segments`);
  terminal.say(
    `matmul speed    ${matmulGflops.toFixed(0)} GFLOP/s; a step reaches ${(100 * matmulShare).toFixed(0)}% of it`,
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
