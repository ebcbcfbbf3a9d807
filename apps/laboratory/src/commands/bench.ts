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
} from '@hrm/cli/internal';
import { WIRES } from '@hrm/distributed';
import { z } from 'zod';
import { benchAgainst } from '../bench/against/bench-against';
import { benchSizes } from '../bench/against/bench-size';
import { benchData } from '../bench/data/bench-data';
import { benchGrowth } from '../bench/growth/bench-growth';
import { benchRanks } from '../bench/ranks/bench-ranks';
import { ranksOptions } from '../bench/ranks/ranks-options';
import { growthDimensions } from '../bench/growth/growth';

/** Options of `hrm-lab bench`. */
const benchOptions = z.strictObject({
  ...backendOptions,
  against: choice(
    'pytorch: compare with the official code, and check the figures against their targets',
    ['pytorch'],
    'what',
  ).optional(),
  sizes: list(
    `--against: some of ${namesOf(benchSizes).join(', ')} (default: all); --ranks: some of small, medium, large (default: medium and large)`,
    namesOf(benchSizes),
  ).optional(),
  rounds: count('--against, --ranks: rounds; all sides take turns in each (default: 5 and 3)').optional(),
  quick: toggle('--against: only two short rounds, at the small and medium sizes'),
  python: text('--against: a Python that has torch (default: one in the cache)', {
    value: 'path',
    expected: 'an interpreter',
  }).optional(),
  hrmCheckout: text('--against: a checkout of the official code (default: a clone in the cache)', {
    value: 'folder',
  }).optional(),
  growth: list(
    'Time a step while batch, tokens, hidden, layers, segments or cycles grow; default: all',
    namesOf(growthDimensions),
    { value: 'dimensions', withoutValue: true },
  ).optional(),
  data: toggle('Time the batches of puzzles, and the share of a step that waits for them'),
  ranks: text('Time ranks of MPI with one thread each, and predict many: numbers of ranks, such as 1,2', {
    value: 'numbers',
    expected: 'numbers of ranks, such as 1,2',
  }).optional(),
  launcher: text('--ranks: the program that starts the ranks, with its options (default: mpirun)', {
    value: 'command',
  }).optional(),
  wire: choice('--ranks: how gradients travel between the ranks that are timed (default: float32)', WIRES).optional(),
  link: text('--ranks: network between the ranks, in Gbit/s and µs of a message, such as 1,100 (default: memory)', {
    value: 'figures',
    expected: 'Gbit/s and µs of a message, such as 1,100',
  }).optional(),
  bandwidth: text('--ranks: networks to predict for, in Gbit/s (default: 10,100)', {
    value: 'numbers',
    expected: 'Gbit/s, such as 10,100',
  }).optional(),
  latency: text('--ranks: µs of a message in these networks (default: 25)', {
    value: 'number',
    expected: 'microseconds, such as 25',
  }).optional(),
  batch: count('--data, --ranks: puzzles in a batch (default: 128, and that of the size)').optional(),
  steps: count('--growth, --data, --ranks: steps to time, after a warm-up (default: 5, 20 and 4)').optional(),
  out: text('Folder for JSON, tables and charts', {
    value: 'folder',
    expected: 'a folder for the results',
  }).optional(),
});

type BenchOptions = z.infer<typeof benchOptions>;

/** The kinds of benchmark, and the option that chooses each. */
const kinds = { against: '--against pytorch', growth: '--growth', data: '--data', ranks: '--ranks' } as const;
type Kind = keyof typeof kinds;

/** The options that only some kinds take. */
const takenBy: readonly (readonly [name: keyof BenchOptions, flag: string, by: readonly Kind[]])[] = [
  ['sizes', '--sizes', ['against', 'ranks']],
  ['rounds', '--rounds', ['against', 'ranks']],
  ['quick', '--quick', ['against']],
  ['python', '--python', ['against']],
  ['hrmCheckout', '--hrm-checkout', ['against']],
  // With --against, each size has its own backend.
  ['backend', '--backend', ['growth', 'data', 'ranks']],
  ['steps', '--steps', ['growth', 'data', 'ranks']],
  ['batch', '--batch', ['data', 'ranks']],
  ['launcher', '--launcher', ['ranks']],
  ['wire', '--wire', ['ranks']],
  ['link', '--link', ['ranks']],
  ['bandwidth', '--bandwidth', ['ranks']],
  ['latency', '--latency', ['ranks']],
];

const isGiven = (value: unknown) => value !== undefined && value !== false;

/**
 * The kind that the options choose.
 *
 * @throws UsageError if they choose none or several, or if it does not take them all.
 */
function kindOf(options: BenchOptions): Kind {
  const [kind, ...more] = namesOf(kinds).filter((name) => isGiven(options[name]));
  const all = Object.values(kinds).join(', ');
  if (kind === undefined) {
    throw new UsageError(`expected one of ${all}; \`hrm bench\` times one size`);
  }
  if (more.length > 0) throw new UsageError(`${all}: give only one`);
  for (const [name, flag, by] of takenBy) {
    if (!isGiven(options[name]) || by.includes(kind)) continue;
    throw new UsageError(`${flag} belongs to ${new Intl.ListFormat('en').format(by.map((one) => kinds[one]))}`);
  }
  return kind;
}

/** Runs `hrm-lab bench`. */
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
    case 'ranks':
      return benchRanks(terminal, {
        ...ranksOptions({ ...options, ranks: options.ranks! }),
        batch,
        rounds: rounds ?? 3,
        steps: steps ?? 4,
        launcher: options.launcher,
        wire: options.wire ?? 'float32',
        backend,
        compile,
        out,
      });
  }
}

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'Compare speed with PyTorch, time steps as sizes grow, the batches of puzzles, or ranks of MPI',
  options: benchOptions,
  examples: [
    'hrm-lab bench --against pytorch --out runs/performance',
    'hrm-lab bench --growth=batch --steps 3',
    'hrm-lab bench --ranks 1,2',
  ],
  run: bench,
});
