import {
  backendOptions,
  choice,
  count,
  defineCommand,
  list,
  namesOf,
  Terminal,
  text,
  toggle,
  UsageError,
} from '@hrm/reference-trainer/internal';
import { z } from 'zod';
import { benchAgainst } from '../bench/against/bench-against';
import { benchSizes } from '../bench/against/bench-size';
import { benchData } from '../bench/data/bench-data';
import { benchGrowth } from '../bench/growth/bench-growth';
import { growthDimensions } from '../bench/growth/growth';

/** Options of `hrm-lab bench`. */
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
    { value: 'dimensions', withoutValue: true },
  ).optional(),
  data: toggle('Time the puzzles, and what share of a step waits for them'),
  batch: count('--data: puzzles at a time (default: 128)').optional(),
  steps: count('--growth, --data: steps to time, after a warm-up (default: 5 and 20)').optional(),
  out: text('Write JSON, tables and charts there', {
    value: 'folder',
    expected: 'a folder for the results',
  }).optional(),
});

type BenchOptions = z.infer<typeof benchOptions>;

/** The kinds of benchmark, as they are asked for. */
const kinds = { against: '--against pytorch', growth: '--growth', data: '--data' } as const;
type Kind = keyof typeof kinds;

/** The options that not every kind takes, and which do. */
const takenBy: readonly (readonly [name: keyof BenchOptions, flag: string, by: readonly Kind[]])[] = [
  ['sizes', '--sizes', ['against']],
  ['rounds', '--rounds', ['against']],
  ['quick', '--quick', ['against']],
  ['python', '--python', ['against']],
  ['hrmCheckout', '--hrm-checkout', ['against']],
  // Beside PyTorch each size has its own backend.
  ['backend', '--backend', ['growth', 'data']],
  ['steps', '--steps', ['growth', 'data']],
  ['batch', '--batch', ['data']],
];

const isGiven = (value: unknown) => value !== undefined && value !== false;

/** The kind that the options ask for. @throws UsageError where it is not one, or takes not all of them. */
function kindOf(options: BenchOptions): Kind {
  const [kind, ...more] = namesOf(kinds).filter((name) => isGiven(options[name]));
  const all = Object.values(kinds).join(', ');
  if (kind === undefined) {
    throw new UsageError(`expected one of ${all}; \`hrm bench\` times one size`);
  }
  if (more.length > 0) throw new UsageError(`${all}: only one at a time`);
  for (const [name, flag, by] of takenBy) {
    if (!isGiven(options[name]) || by.includes(kind)) continue;
    throw new UsageError(`${flag} belongs to ${by.map((one) => kinds[one]).join(' and ')}`);
  }
  return kind;
}

/** `hrm-lab bench --against pytorch`, `--growth` or `--data`. */
async function bench(options: BenchOptions): Promise<void> {
  const { growth, sizes, rounds, quick, python, hrmCheckout, compile, backend, out, steps, batch } = options;
  const kind = kindOf(options);
  const terminal = new Terminal(options.json);
  switch (kind) {
    case 'against':
      return benchAgainst(terminal, {
        sizes: sizes ?? (quick ? ['small', 'medium', 'medium-evaluation'] : namesOf(benchSizes)),
        rounds: rounds ?? (quick ? 2 : 5),
        quick,
        compile,
        python,
        checkout: hrmCheckout,
        out,
      });
    case 'growth':
      return benchGrowth(terminal, { dimensions: growth!, steps: steps ?? 5, backend, compile, out });
    case 'data':
      return benchData(terminal, { backend, compile, batch: batch ?? 128, steps: steps ?? 20, out });
  }
}

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'Time training steps beside PyTorch, or as sizes grow, or what waits for puzzles',
  options: benchOptions,
  examples: ['hrm-lab bench --against pytorch --out runs/performance', 'hrm-lab bench --growth=batch --steps 3'],
  run: bench,
});
