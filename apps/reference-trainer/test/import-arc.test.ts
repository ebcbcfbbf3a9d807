import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('import-arc');

const pair = (input: number[][]) => ({ input, output: input.map((row) => row.toReversed()) });
const task = (id: number) => ({ train: [pair([[id, 0]]), pair([[id, 0, 3]])], test: [pair([[5, id]])] });
const importArc = (...args: string[]) => runInProcess(['data', 'import', '--task', 'arc', ...args]);
const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as object;

beforeAll(() => {
  mkdirSync('training');
  for (const id of [1, 2, 3]) writeFileSync(`training/t${id}.json`, JSON.stringify(task(id)));
  const { train, test } = task(4);
  writeFileSync('e_challenges.json', JSON.stringify({ e4: { train, test: [{ input: test[0]!.input }] } }));
  writeFileSync('e_solutions.json', JSON.stringify({ e4: [test[0]!.output] }));
  writeFileSync('groups.json', JSON.stringify({ train: { a: task(5) }, eval: { b: task(6) } }));
  writeFileSync('hidden_challenges.json', readFileSync('e_challenges.json'));
});

describe('hrm data import --task arc', () => {
  it('builds a data set of a folder of tasks and a file of challenges, in a folder that is not there yet', async () => {
    const options = ['--train', 'training', '--test', 'e_challenges.json', '--augmentations', '2', '--out', 'new/arc'];
    const outcome = await importArc(...options, '--json');
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain('--test: the solutions are those of e_solutions.json.');
    expect(outcome.stderr).toContain('33 examples to train on and 3 examples held out, of 4 tasks and their copies');
    expect(outcome.stderr).toContain('hrm train arc --data new/arc --out runs/arc');
    expect(json(outcome)).toMatchObject({ out: 'new/arc', train: 33, test: 3, identifiers: 13 });
    expect(JSON.parse(readFileSync('new/arc/task.json', 'utf8'))).toEqual({ kind: 'arc' });
    const identifiers = JSON.parse(readFileSync('new/arc/identifiers.json', 'utf8')) as string[];
    expect(identifiers.slice(0, 2)).toEqual(['<blank>', 't1']);
    expect(identifiers[12]).toMatch(/^e4\|\|\|t\d\|\|\|0\d{9}$/);
    const again = await importArc(...options);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('--out: new/arc/train exists already')]);
  });

  it('keeps some tasks only, and builds the same from the same seed', async () => {
    const some = (out: string, ...args: string[]) =>
      importArc('--train', 'training', '--test', 'e_challenges.json', '--augmentations', '2', '--out', out, ...args);
    await some('a', '--subsample', '2', '--seed', '5');
    await some('b', '--subsample', '2', '--seed', '5');
    for (const file of ['identifiers.json', 'train/all__inputs.npy', 'train/all__labels.npy']) {
      expect(readFileSync(`a/${file}`).equals(readFileSync(`b/${file}`)), file).toBe(true);
    }
    expect(json(await some('c', '--limit', '1', '--json'))).toMatchObject({ identifiers: 7 });
  });

  it('is refused where memory has too little room for all copies, and writes nothing', async () => {
    const options = ['--train', 'training', '--test', 'e_challenges.json', '--out', 'huge'];
    const { status, stderr } = await importArc(...options, '--augmentations', '999999999');
    expect(stderr).toMatch(/--train: the data set of 12000000000 examples takes \d+\.\d GiB, but there are only /);
    expect(status).toBe(2);
    expect(existsSync('huge')).toBe(false);
  });

  it('says which tests have no solution', async () => {
    const options = ['--train', 'training', '--test', 'hidden_challenges.json', '--out', 'hidden'];
    const { status, stdout } = await importArc(...options);
    expect(status).toBe(0);
    expect(stdout).toContain('--test: 1 task of 1 have tests without a solution: they are solved, but not scored.');
  });

  it('trains for tests whose answers are not known, and makes a submission', async () => {
    await importArc(
      '--train',
      'training',
      '--test',
      'hidden_challenges.json',
      '--augmentations',
      '0',
      '--out',
      'secret',
    );
    const model = { hiddenSize: 4, hLayers: 1, lLayers: 1, block: { type: 'mixer' }, schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 }, halting: { type: 'q-learning', maxSegments: 1 }, positions: 'none', puzzleEmbeddingSize: 4 }; // prettier-ignore
    const training = { batchSize: 1, steps: 2, learningRate: 0.01, evaluateEvery: 1 };
    writeFileSync('secret.json', JSON.stringify({ name: 'secret', model, training }));
    const backend = ['--backend', 'cpu', '--json'];
    const trained = await runInProcess(['train', 'secret.json', '--data', 'secret', '--out', 'secret-run', ...backend]);
    expect(trained.status, trained.stderr).toBe(0);
    expect(json(trained)).not.toHaveProperty('exactAccuracy');
    const evaluation = ['eval', '--run', 'secret-run', '--submission', 'answers.json', ...backend];
    const { status, stderr } = await runInProcess(evaluation);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('All segments run: the answers are not known, so nothing is compared, ');
    expect(stderr).not.toContain('until it halts');
    expect(JSON.parse(readFileSync('answers.json', 'utf8'))).toHaveProperty('e4.0.attempt_2');
  });

  it.each([
    [['--train', 'nowhere', '--test', 'training'], '--train: there is no folder or file nowhere', 2],
    [['--train', 'training', '--test', 'training'], '--train, --test: task t1 is among the tasks to train on and to test on', 2], // prettier-ignore
    [['--train', 'groups.json', '--test', 'training'], 'groups.json: it holds groups of tasks: train, eval; expected the tasks of one group', 1], // prettier-ignore
    [['--train', 'e_solutions.json', '--test', 'training'], 'e_solutions.json: task "e4"', 1],
  ])('refuses %j, and leaves nothing', async (args, message, expected) => {
    const { status, stderr } = await importArc(...args, '--out', 'refused');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(expected);
    expect(existsSync('refused/train')).toBe(false);
  });
});
