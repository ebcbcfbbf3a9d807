/** A wrong command line, and the text that its error must contain. */
export interface BadCommandLine {
  readonly args: readonly string[];
  readonly named: string;
}

/** The kind of an option's value. */
type Kind = 'count' | 'integer' | 'text' | 'switch' | readonly string[];

export interface CommandShape {
  readonly words: readonly string[];
  /** Valid arguments, and valid values of the required options. */
  readonly args: readonly string[];
  readonly required: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, Kind>>;
  /** Whether the command takes any number of arguments. */
  readonly variadic?: true;
}

const backend = {
  backend: ['native', 'webgpu', 'wasm', 'cpu'],
  compile: ['xla', 'graph', 'eager'],
  json: 'switch',
} as const;
const which = ['newest', 'best'] as const;
const precision = { precision: ['float32', 'bfloat16'] } as const;

/** Every command of `hrm`, with all its options. A test compares the list with `main.ts`. */
export const commandShapes: readonly CommandShape[] = [
  { words: ['demo'], args: [], required: {}, options: { ...backend, out: 'text', seed: 'integer' } },
  { words: ['setup'], args: [], required: {}, options: { gpu: 'switch', webgpu: 'switch', 'or-fall-back': 'switch', json: 'switch' } },
  {
    words: ['data', 'generate'],
    args: [],
    required: { task: 'sudoku', out: 'OUT' },
    options: { task: 'text', set: 'text', imports: 'text', 'allow-imports': 'switch', size: 'count', width: 'count', height: 'count', givens: 'text', like: 'text', 'min-difficulty': 'count', 'min-path-length': 'text', train: 'count', test: 'count', seed: 'integer', out: 'text', json: 'switch' },
  },
  {
    words: ['data', 'import'],
    args: [],
    required: { task: 'sudoku', train: 'nowhere.csv', test: 'nowhere.csv', out: 'OUT' },
    options: { task: ['tokens', 'grid', 'sudoku', 'maze', 'arc'], train: 'text', test: 'text', format: ['jsonl', 'csv', 'tsv', 'parquet'], 'input-column': 'text', 'output-column': 'text', 'id-column': 'text', alphabet: 'text', separator: 'text', 'min-rating': 'integer', augmentations: 'integer', check: ['format', 'answer', 'unique'], subsample: 'count', limit: 'count', overlap: ['count', 'skip'], seed: 'integer', out: 'text', json: 'switch' },
  },
  { words: ['data', 'mix'], args: ['nowhere'], required: { out: 'OUT' }, options: { times: 'text', out: 'text', json: 'switch' }, variadic: true },
  {
    words: ['train'],
    args: ['sudoku-4x4-demo'],
    required: { out: 'OUT' },
    options: { ...backend, ...precision, data: 'text', out: 'text', seed: 'integer', 'max-steps': 'count', resume: 'switch', from: 'text', only: 'text', 'new-vectors': ['mean', 'zero'], checkpoint: which, 'log-to': ['jsonl', 'tensorboard'], 'no-report': 'switch', watch: 'switch', timeout: 'count', threads: 'count', wire: ['float32', 'bfloat16'], set: 'text', 'allow-imports': 'switch' },
  },
  {
    words: ['eval'],
    args: [],
    required: { run: 'nowhere' },
    options: { ...backend, ...precision, run: 'text', data: 'text', split: ['train', 'test'], checkpoint: which, batch: 'count', segments: 'count', until: ['both', 'end', 'halted'], submission: 'text', unseen: ['error', 'blank'], 'allow-imports': 'switch' },
  },
  { words: ['report'], args: ['nowhere'], required: {}, options: { ...backend, ...precision, out: 'text', puzzles: 'count', 'allow-imports': 'switch' }, variadic: true },
  {
    words: ['sweep'],
    args: ['nowhere.json'],
    required: { out: 'OUT' },
    options: { ...backend, ...precision, data: 'text', out: 'text', jobs: 'count', threads: 'count', resume: 'switch', 'dry-run': 'switch', timeout: 'count', 'allow-imports': 'switch' },
  },
  { words: ['solve'], args: ['1...'], required: {}, options: { ...backend, ...precision, file: 'text', run: 'text', segments: 'count', checkpoint: which, tries: 'count', search: 'switch', until: ['verified', 'end', 'halted'], set: 'text', identifier: 'text', 'allow-imports': 'switch' } },
  { words: ['watch'], args: ['nowhere'], required: {}, options: { port: 'integer', json: 'switch' }, variadic: true },
  { words: ['models'], args: [], required: {}, options: { json: 'switch' } },
  { words: ['playground'], args: [], required: {}, options: { port: 'integer', json: 'switch' } },
  {
    words: ['export'],
    args: [],
    required: { run: 'nowhere', out: 'OUT' },
    options: { run: 'text', out: 'text', checkpoint: which, weights: ['averaged', 'own'], precision: ['float32', 'float16', 'bfloat16'], json: 'switch' },
  },
  {
    words: ['import-official'],
    args: ['nowhere'],
    required: { out: 'OUT' },
    options: { out: 'text', config: 'text', data: 'text', tokens: 'count', json: 'switch' },
  },
  {
    words: ['export-official'],
    args: [],
    required: { run: 'nowhere', out: 'OUT' },
    options: { run: 'text', out: 'text', checkpoint: which, weights: ['averaged', 'own'], json: 'switch' },
  },
  {
    words: ['residuals'],
    args: [],
    required: { run: 'nowhere' },
    options: { ...backend, run: 'text', data: 'text', checkpoint: which, unseen: ['error', 'blank'], puzzles: 'count', segments: 'count', svg: 'text', 'allow-imports': 'switch' },
  },
  {
    words: ['bench'],
    args: [],
    required: {},
    options: { ...backend, ...precision, hidden: 'count', layers: 'count', heads: 'count', batch: 'count', tokens: 'count', segments: 'count', steps: 'count', evaluations: 'integer' },
  },
]; // prettier-ignore

/** Numbers from 0 to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes a command line with exactly one mistake. */
export function badCommandLine(random: () => number, shapes = commandShapes): BadCommandLine {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const shape = pick(shapes);
  const { words, args, required, options } = shape;
  const letters = () => Array.from({ length: 3 + Math.floor(random() * 6) }, () => pick([...'abcdefghijklmnopqrstuvwxyz'])).join(''); // prettier-ignore
  const given = (without?: string) =>
    Object.entries(required).filter(([name]) => name !== without).flatMap(([name, value]) => (random() < 0.5 ? [`--${name}`, value] : [`--${name}=${value}`])); // prettier-ignore
  const right = (without?: string) => (random() < 0.5 ? [...args, ...given(without)] : [...given(without), ...args]);
  const wrong = (name: string, kind: Kind): string[] => {
    const nonsense = ['', 'NaN', 'Infinity', '1e400', '12abc', 'null', '{}', '__proto__', 'µ', '\u0000', letters().toUpperCase(), 'x'.repeat(5000)];
    if (kind === 'text') return pick([[`--${name}=`], [`--${name}=a`, `--${name}=b`]]);
    if (kind === 'switch') return [`--${name}=${pick(['maybe', '2', 'yes', letters().toUpperCase()])}`];
    if (typeof kind !== 'string') return [`--${name}=${pick([...nonsense, '0', '1', 'true', `${kind[0]} `, kind[0]!.toUpperCase()])}`];
    return [`--${name}=${pick(kind === 'count' ? [...nonsense, '0', '-1', '1.5', '-7e3', '1e-9', '9007199254740993'] : [...nonsense, '1.5', '-0.25', '1e17'])}`];
  }; // prettier-ignore
  const line = (named: string, ...rest: readonly string[]): BadCommandLine => ({ args: [...words, ...rest], named });

  const defects: (() => BadCommandLine | undefined)[] = [
    () => {
      const flag = pick([`--${letters()}-${letters()}`, `--${letters()}x`, '--__proto__.x', '--__proto__', '--constructor', '--out.x', '--OUT', '--9', '--µ']); // prettier-ignore
      return flag.slice(2) in options ? undefined : line(flag, ...right(), pick([flag, `${flag}=1`]));
    },
    () => {
      const names = Object.keys(required);
      return names.length === 0 ? undefined : ((name) => line(`--${name}`, ...right(name)))(pick(names));
    },
    () => {
      const names = Object.keys(options).filter((name) => options[name] !== 'switch');
      if (names.length === 0) return undefined;
      const name = pick(names);
      return line(`--${name}`, ...right(name), `--${name}`);
    },
    () => {
      const [name, kind] = pick(Object.entries(options));
      // This option may be repeated, so its mistakes are in the assignment.
      if (name === 'set') return line('--set', ...right(), pick(['--set=training', '--set==1', '--set=__proto__.x=1', '--set=task.x.y=1']));
      // This one too, and any other value is the name of a file.
      if (name === 'imports') return line('--imports', ...right(), '--imports=');
      return line(`--${name}`, ...right(name), ...wrong(name, kind));
    },
    () => {
      const [name, kind] = pick(Object.entries(options));
      return name === 'set' ? undefined : line(`--${name}`, ...wrong(name, kind), ...right(name));
    },
    () => (shape.variadic ? undefined : ((surplus) => line(surplus, ...args, surplus, ...given()))(`${letters()}-surplus`)),
    () => ((word) => ({ args: [word, ...right()], named: word }))(`${letters()}ing`),
    () => (shapes.some((one) => one.words[0] === 'data') ? ((word) => ({ args: ['data', word, ...right()], named: word }))(`${letters()}ing`) : undefined),
    () => (words[0] === 'train' ? line('training.', ...right(), `--set=training.${letters()}q=1`) : undefined),
    () => (words[0] === 'train' ? line('no-preset', 'no-preset', ...given()) : undefined),
    () => ('run' in required ? line('--run', ...right()) : undefined),
    () => (words[0] === 'train' ? line('--data', ...right(), '--data=nowhere') : undefined),
    () => (words[1] === 'import' ? line('--train', ...right()) : undefined),
    () => (words[0] === 'import-official' ? line('DIR', ...right()) : undefined),
  ]; // prettier-ignore
  for (;;) {
    const bad = pick(defects)();
    if (bad !== undefined) return bad;
  }
}
