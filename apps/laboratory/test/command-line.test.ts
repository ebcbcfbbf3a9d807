import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { badCommandLine, randomNumbers, type CommandShape } from '../../reference-trainer/test/bad-command-line';
import { describeHelp } from '../../reference-trainer/test/describe-help';
import { expectDocumented, expectListed } from '../../reference-trainer/test/documented-command-lines';
import { flawOfRefusal } from '../../reference-trainer/test/run-in-process';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import { hrmLab } from '../src/main';
import { runInProcess } from './run-in-process';

useEmptyFolder('lab-command-line');

const backend = {
  backend: ['native', 'webgpu', 'wasm', 'cpu'],
  compile: ['xla', 'graph', 'eager'],
  json: 'switch',
} as const;

/** Every command of `hrm-lab`, with all its options. */
const commandShapes: readonly CommandShape[] = [
  { words: ['parity'], args: ['nowhere'], required: {}, options: backend, variadic: true },
  {
    words: ['compare'],
    args: [],
    required: { out: 'OUT' },
    options: { ...backend, schedules: ['no-schedule'], controllers: ['no-controller'], blocks: ['no-block'], sizes: ['no-size'], task: ['no-task'], set: ['no-option'], train: 'count', test: 'count', data: ['no-folder'], imports: ['no-module'], 'allow-imports': 'switch', seeds: 'count', steps: 'count', out: 'text' },
  },
  {
    words: ['think'],
    args: ['nowhere'],
    required: {},
    options: { ...backend, 'allow-imports': 'switch', unseen: ['error', 'blank'], checkpoint: ['newest', 'best'], data: 'text', puzzles: 'count', strategies: ['no-strategy'], 'pass-segments': 'count', segments: 'count', tries: 'count', votes: 'count', branches: 'count', 'search-segments': 'count', 'step-segments': 'count', batch: 'count', seed: 'text', svg: 'text' },
  },
  {
    words: ['publish-weights'],
    args: ['nowhere'],
    required: { name: 'sudoku' },
    options: { ...backend, name: 'text', 'held-out': 'text', segments: 'text', precision: ['float32', 'float16', 'bfloat16'], out: 'text' },
    variadic: true,
  },
  { words: ['same-weights'], args: ['nowhere'], required: { name: 'sudoku' }, options: { ...backend, name: 'text' } },
  { words: ['sudoku-9x9-data'], args: [], required: { out: 'OUT' }, options: { first: 'count', out: 'text', json: 'switch' } },
  {
    words: ['bench'],
    args: [],
    required: {},
    options: { ...backend, against: ['pytorch'], sizes: ['small'], rounds: 'count', quick: 'switch', python: 'text', 'hrm-checkout': 'text', growth: ['no-dimension'], data: 'switch', ranks: 'text', launcher: 'text', wire: ['float32', 'bfloat16'], link: 'text', bandwidth: 'text', latency: 'text', batch: 'count', steps: 'count', out: 'text' },
  },
]; // prettier-ignore

describeHelp(hrmLab);

it('the command lines in the documentation are valid', () => expectDocumented(hrmLab, { least: 8 }));

it('its README lists every command as the help does', () => expectListed(hrmLab, 'apps/laboratory/README.md'));

it('the help of `compare` names its schedules and controllers, and which part `graves` is', async () => {
  const help = (await runInProcess(['compare', '--help'])).stdout.replace(/\s+/g, ' ');
  expect(help).toContain('Some of one-step-gradient, full-recursion, unrolled,');
  expect(help).toContain(
    'graves, ponder, residual, unchanged-answer, separated by commas; graves is the controller graves-act',
  );
});

describe('wrong command lines exit with 2, name the mistake, write nothing and show no stack', () => {
  it.each([
    [['bench'], 'expected one of --against pytorch, --growth, --data, --ranks'],
    [['bench', '--data', '--backend', 'abacus'], '--backend'],
    [['bench', '--against', 'pytorch', '--backend', 'wasm'], '--backend belongs to --growth, --data, and --ranks'],
    [['parity'], 'DIR'],
    [['bench', '--against', 'jax'], '--against'],
    [['bench', '--against', 'pytorch', '--sizes', 'tiny'], '"tiny" is none of small, medium, large'],
    [['bench', '--against', 'pytorch', '--growth'], 'give only one'],
    [['bench', '--growth=batch,depth'], '"depth" is none of batch, tokens'],
    [['bench', '--data', '--hrm-checkout', 'HRM'], '--hrm-checkout belongs to --against'],
    [['bench', '--out', 'results'], 'expected one of'],
  ])('hrm-lab %j', async (args, named) => {
    const before = readdirSync('.');
    const { status, stdout, stderr } = await runInProcess(args);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(/^hrm-lab: /);
    expect(stderr).toMatch(/See `(npx )?hrm-lab (bench|parity) --help`/);
    expect(stderr).toContain(named);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync('.')).toEqual(before);
  });

  it('60 random ones, each with one mistake', async () => {
    const random = randomNumbers(0);
    const flaws: string[] = [];
    for (let i = 0; i < 60; i++) {
      const { args, named } = badCommandLine(random, commandShapes);
      const flaw = await flawOfRefusal(args, named, hrmLab);
      if (flaw !== undefined) flaws.push(flaw);
    }
    expect(flaws).toEqual([]);
  });

  it.each(commandShapes)('all options of `hrm-lab $words` are tried', ({ words, options }) => {
    const { options: schema } = hrmLab.commands.find(({ name }) => name === words.join(' '))!;
    const flags = Object.keys(schema.shape).map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    expect(flags.filter((flag) => !['folders', 'run', 'runs'].includes(flag)).sort()).toEqual(
      Object.keys(options).sort(),
    );
  });
});

// Windows has no pipes among files.
it.skipIf(process.platform === 'win32')('a pipe without a writer is refused as a case at once', async () => {
  execFileSync('mkfifo', ['case.json']);
  const { status, stderr } = await runInProcess(['parity', '.', '--backend', 'cpu']);
  expect(stderr).toContain('it is a folder, pipe or device; expected a file');
  expect(status).toBe(2);
});
