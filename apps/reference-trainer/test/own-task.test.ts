import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorsOf } from './quick-run';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';

// Inside this package, so that the module can import @hrm/data like a user's.
const folder = mkdtempSync(fileURLToPath(new URL('.own-task-', import.meta.url)));
// The tests must not see what this user has allowed.
process.env.XDG_CONFIG_HOME = join(folder, '.config');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(fileURLToPath(new URL('testdata/own-run.mjs', import.meta.url)), join(folder, 'own-run.mjs'));

const own = {
  task: { kind: 'reversal', letters: 4 },
  augmentations: [{ type: 'caesar', most: 25 }],
  tokenLoss: { type: 'scaled', by: 2 },
  optimizer: { type: 'lion', beta: 0.9 },
};

/** Writes a config that imports the module and uses all it brings, with changes, and returns its path. */
function configOf({ task = own.task as object, ...changes }: { task?: object; [key: string]: unknown } = {}): string {
  const { task: _, ...parts } = own;
  const training = { ...tinyRun.training, augment: false, ...parts, ...changes };
  const model = { ...tinyRun.model, positions: 'grid-rope', block: { type: 'attention', heads: 2 } };
  const generate = { train: 60, test: 24, seed: 0 };
  const path = join(mkdtempSync(join(folder, 'config-')), 'run.json');
  writeFileSync(path, JSON.stringify({ ...tinyRun, imports: ['../own-run.mjs'], task, generate, model, training }));
  return path;
}
const hrm = (...args: string[]) => runInProcess([...args, '--json']);
const train = (config: string, ...args: string[]) =>
  hrm('train', config, '--allow-imports', '--backend', 'wasm', ...args);
const lastObject = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;

describe('a task, an augmentation, a token loss and an optimizer from one module', () => {
  const run = join(folder, 'run');
  beforeAll(async () => {
    const { status, stdout, stderr } = await train(configOf(), '--out', run, '--max-steps', '5');
    expect(status, stderr).toBe(0);
    expect(lastObject(stdout)).toMatchObject({ steps: 5, count: 24 });
  });

  it('are trained with, and resumed exactly', async () => {
    expect((await hrm('train', '--resume', '--out', run, '--backend', 'wasm')).status).toBe(0);
    const straight = join(folder, 'straight');
    expect((await train(configOf(), '--out', straight)).status).toBe(0);
    expect(tensorsOf(run, 12)).toEqual(tensorsOf(straight, 12));
    const plain = join(folder, 'plain');
    expect((await train(configOf({ augmentations: undefined }), '--out', plain)).status).toBe(0);
    expect(tensorsOf(plain, 12)).not.toEqual(tensorsOf(straight, 12));
  });

  it('are evaluated by: the loss of the run is the one of its own', async () => {
    const { status, stdout, stderr } = await hrm('eval', '--run', run, '--backend', 'wasm');
    expect(status, stderr).toBe(0);
    // By the task's own check too: untrained, it reverses no word.
    expect(lastObject(stdout)).toMatchObject({ count: 24, valid: 0, halted: { valid: 0 } });
    const { puzzles } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as { puzzles: object };
    expect(puzzles).toEqual({ seqLen: 4, vocabSize: 27, numPuzzleIdentifiers: 1, grid: { rows: 1, columns: 4 } });
  });

  it('solve puzzles as their text, drawn and verified by the task', async () => {
    const one = await runInProcess(['solve', '--run', run, 'abcd', '--backend', 'wasm']);
    expect(one.stdout).toContain('<question 4>');
    expect(one.stdout).toMatch(/<answer \d>/);
    expect(one.stdout).toContain('Not solved: it is not the reverse.');
    const file = join(folder, 'words.txt');
    writeFileSync(file, 'abcd\n\nword\n');
    const many = await hrm('solve', '--run', run, '--file', file, '--backend', 'wasm');
    expect(lastObject(many.stdout)).toMatchObject({ count: 2, solved: 0, unverified: 0 });
    const wrong = await hrm('solve', '--run', run, 'abcde');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringContaining(
        'PUZZLE: Expected at most 4 tokens; got 5. The run solves words of 4 letters in reverse.',
      ),
    ]);
  });

  it.each<[string, Parameters<typeof configOf>[0], string]>([
    [
      'a misspelt task',
      { task: { kind: 'reversals' } },
      'tiny: task.kind: "reversals" is not known; did you mean reversal?',
    ],
    ['an unlike task', { task: { kind: 'go' } }, '"go" is not known; expected sudoku, maze, tokens'],
    ['a wrong option of the task', { task: { kind: 'reversal', letters: 9 } }, 'task: reversal: letters: expected a whole number from 2 to 8; got 9'], // prettier-ignore
    ['an option too many', { task: { ...own.task, words: 1 } }, 'task: reversal: words is not known; expected letters'],
    ['a misspelt optimizer', { optimizer: 'lionn' }, 'training.optimizer: "lionn" is not known; did you mean lion?'],
    [
      'a misspelt loss',
      { tokenLoss: { type: 'scald' } },
      'training.tokenLoss: "scald" is not known; did you mean scaled?',
    ],
    [
      'a misspelt augmentation',
      { augmentations: [{ type: 'cesar' }] },
      'training.augmentations.0: "cesar" is not known',
    ],
    ['an optimizer that is none', { optimizer: 'broken' }, 'training.optimizer: the function that makes "broken" returned object; expected an object with init, update'], // prettier-ignore
    [
      'smoothing of a loss without it',
      { labelSmoothing: 0.1 },
      'training.labelSmoothing: this token loss has no method',
    ],
    ['symmetries that there are not', { augment: true }, 'training.augment: no symmetries are known'],
    ['an option of a standard one', { optimizer: { type: 'muon', beta: 1 } }, 'training.optimizer.beta is not known'],
  ])('refuse %s, and no run is begun', async (_name, changes, message) => {
    const { status, stderr } = await train(configOf(changes), '--out', join(folder, 'never'));
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, existsSync(join(folder, 'never'))]).toEqual([2, false]);
  });
});

it('names that are taken are refused', async () => {
  for (const [kind, name, message] of [
    ['tasks', 'sudoku', 'there is a task called "sudoku" already'],
    ['optimizers', 'muon', 'there is an optimizer called "muon" already'],
    ['losses', 'softmax', 'there is a token loss called "softmax" already'],
    ['augmentations', 'reveal-answers', 'there is an augmentation called "reveal-answers" already'],
  ] as const) {
    const path = configOf();
    writeFileSync(join(folder, `taken-${kind}.mjs`), `export default { ${kind}: { '${name}': () => {} } };`);
    const config = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...config, imports: ['../own-run.mjs', `../taken-${kind}.mjs`] }));
    const { status, stderr } = await train(path, '--out', join(folder, 'never'));
    expect(stderr).toContain(`${message}; give it another name`);
    expect(status).toBe(2);
  }
});

it('a task of a module is generated by hrm data generate --imports, with its options', async () => {
  const out = join(folder, 'reversals');
  const words = [
    'data',
    'generate',
    '--task',
    'reversal',
    '--set',
    'letters=3',
    '--imports',
    join(folder, 'own-run.mjs'),
  ];
  const refused = await runInProcess([...words, '--imports', join(folder, 'none.mjs'), '--out', out]);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('none.mjs: there is no such file')]);
  const { status, stdout, stderr } = await hrm(
    ...words,
    '--allow-imports',
    '--train',
    '9',
    '--test',
    '3',
    '--out',
    out,
  );
  expect(status, stderr).toBe(0);
  expect(lastObject(stdout)).toMatchObject({ out, train: 9, test: 3 });
  expect(stderr).toMatch(/\n {2}([a-z])([a-z])([a-z]) -> \3\2\1\n/);
  expect(JSON.parse(readFileSync(join(out, 'task.json'), 'utf8'))).toEqual({ kind: 'reversal', letters: 3 });
});

describe('faults of a task of a module', () => {
  const generate = async (definition: string, ...args: string[]) => {
    const module = join(mkdtempSync(join(folder, 'module-')), 'mine.mjs');
    const task = `{ name: 'mine', vocabSize: 5, seqLen: 2, encode: () => [1], decode: () => '1', ${definition} }`;
    const maker = definition.startsWith('maker: ') ? definition.slice(7) : `() => (${task})`;
    writeFileSync(module, `export default { tasks: { mine: ${maker} } };`);
    const out = join(folder, 'generated');
    const all = ['data', 'generate', '--task', 'mine', '--imports', module, '--allow-imports', '--out', out, ...args];
    const { status, stderr } = await runInProcess(all);
    expect(existsSync(out)).toBe(false);
    return { status, stderr };
  };

  // A part that cannot be made is bad use, as a wrong config is. A part that fails at work is a failure.
  it.each<[string, string, number, string]>([
    ['a maker that fails', "maker: () => { throw new Error('boom'); }", 2, 'data generate: task: the function that makes "mine" failed: boom'], // prettier-ignore
    ['an async maker', 'maker: async () => ({})', 2, 'task: the function that makes "mine" returned a promise; it cannot be async; expected a task'], // prettier-ignore
    ['a maker of nothing', 'maker: () => undefined', 2, 'the function that makes "mine" returned undefined; expected a task'], // prettier-ignore
    ['a wrong example', 'generate: () => ({ input: [9], output: [1] })', 1, 'hrm: mine: generate: input: token 0 is 9, expected 0 to 4'], // prettier-ignore
    ['an exception', "generate: () => { throw new RangeError('boom'); }", 1, 'hrm: mine: generate: boom'],
    ['an async generator', 'generate: async () => ({ input: [1], output: [1] })', 1, 'got a promise; the functions of a task cannot be async'], // prettier-ignore
    ['too few examples', 'generateExamples: () => []', 1, 'mine: generateExamples: expected 1000 examples; got 0'],
    ['the same example for ever', 'generate: () => ({ input: [1], output: [1] })', 2, 'mine: only 1 different puzzles were found, expected 1000'], // prettier-ignore
    ['a data set that is too large', 'generate: () => { for (;;); }, seqLen: 1e9', 2, '1,000 examples of 1,000,000,000 tokens take 3725.3 GiB, expected at most 2'], // prettier-ignore
  ])('%s', async (_name, definition, expected, message) => {
    const { status, stderr } = await generate(definition);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(expected);
  });
});
