import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { buildDataset, defineTask, generateExamples, tokensTask } from '@hrm/data';
import { writeDataset } from '@hrm/data/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTaskFile } from '../src/run/puzzles/task-file';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('task-file');

const words = { kind: 'tokens', seqLen: 5, alphabet: 'abcd' };
const small = ['model.hiddenSize=16', 'model.block={"type":"mixer"}', 'training.batchSize=8', 'training.steps=2'];
const train = (config: string, data: string, out: string) =>
  runInProcess(['train', config, '--data', data, '--out', out, '--backend', 'wasm', ...small.flatMap((one) => ['--set', one])]); // prettier-ignore
const generate = (...args: string[]) => runInProcess(['data', 'generate', '--train', '20', '--test', '10', ...args]);

beforeAll(async () => {
  const reversal = defineTask({
    ...tokensTask({ seqLen: 5, alphabet: 'abcd' }),
    generate: (random) => {
      const input = Array.from({ length: 2 + random.integer(4) }, () => 1 + random.integer(4));
      return { input, output: input.toReversed() };
    },
  });
  const examples = generateExamples(reversal, { count: 40 });
  await writeDataset('words', 'train', buildDataset(examples.slice(0, 30), reversal));
  await writeDataset('words', 'test', buildDataset(examples.slice(30), reversal));
  writeFileSync('words/task.json', JSON.stringify(words));
  await generate('--task', 'sudoku', '--size', '4', '--out', 'sudoku');
  await generate('--task', 'maze', '--width', '5', '--height', '4', '--out', 'mazes');
});

describe('the task.json of a folder of puzzles', () => {
  it('is written with generated puzzles', () => {
    expect(readTaskFile('sudoku')).toEqual({ kind: 'sudoku', size: 4 });
    expect(readTaskFile('mazes')).toEqual({ kind: 'maze', width: 5, height: 4 });
  });

  it('is the task of a config without one: the run is trained, evaluated and used to solve by it', async () => {
    const { status, stderr } = await train('sequences', 'words', 'run');
    expect(status, stderr).toBe(0);
    const { config } = JSON.parse(readFileSync('run/config.json', 'utf8')) as { config: { task: object } };
    expect(config.task).toEqual(words);
    rmSync('words/task.json');
    const evaluated = await runInProcess(['eval', '--run', 'run', '--backend', 'wasm', '--json']);
    expect(evaluated.status, evaluated.stderr).toBe(0);
    const solved = await runInProcess(['solve', '--run', 'run', '--backend', 'wasm', 'abc', '--json']);
    expect(JSON.parse(solved.stdout)).toMatchObject({
      valid: null,
      answer: expect.stringMatching(/^[abcd·]*$/) as string,
    });
    const refused = await runInProcess(['solve', '--run', 'run', 'abx']);
    expect(refused.stderr).toContain('PUZZLE, character 3: Unexpected "x"; the characters are "abcd".');
    writeFileSync('words/task.json', JSON.stringify(words));
  });

  it('must be the task of the config, if both have one', async () => {
    const { status, stderr } = await train('sudoku-6x6', 'sudoku', 'never');
    expect(status).toBe(2);
    expect(stderr).toContain(
      '--data: by its task.json, sudoku holds puzzles of {"kind":"sudoku","size":4}, but the config',
    );
    expect(existsSync('never')).toBe(false);
  });

  it.each([
    ['{"kind": "sudoku", "size": 5}', 'task.json: size: expected 4, 6, 9 or 16'],
    ['{"size": 4}', 'task.json: kind: is missing'],
    ['{', 'task.json'],
    ['{"kind": "chess"}', 'task.kind: "chess" is not known; expected sudoku, maze, tokens'],
  ])('is refused if it is %s', async (content, message) => {
    mkdirSync('damaged', { recursive: true });
    writeFileSync('damaged/task.json', content);
    const { status, stderr } = await train('sequences', 'damaged', 'never');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
  });

  describe('of tokens that mean something else than those of a run', () => {
    const from = (...more: string[]) =>
      runInProcess(['train', ...more, '--from', 'run', '--data', 'others', '--backend', 'wasm']);
    beforeAll(() => {
      cpSync('words', 'others', { recursive: true });
      writeFileSync('others/task.json', JSON.stringify({ ...words, alphabet: 'wxyz' }));
    });

    it('is refused for an evaluation, unless only the way to write it differs', async () => {
      const args = ['eval', '--run', 'run', '--data', 'others', '--backend', 'wasm'];
      const { status, stderr } = await runInProcess(args);
      expect(stderr).toContain('these puzzles have the alphabet "wxyz", but the run has learned "abcd"; import them');
      expect(status).toBe(2);
      writeFileSync('others/task.json', JSON.stringify({ ...words, alphabet: ['a', 'b', 'c', 'd'], separator: ' ' }));
      expect(await runInProcess(args)).toMatchObject({ status: 0 });
      writeFileSync('others/task.json', JSON.stringify({ ...words, alphabet: 'wxyz' }));
    });

    it('is that of a run that begins with its weights, with a warning', async () => {
      const { status, stdout, stderr } = await from('--out', 'more');
      expect(status, stderr).toBe(0);
      expect(stdout + stderr).toContain(
        'Warning: --from: the puzzles have the alphabet "wxyz", but the run has learned',
      );
      expect(JSON.parse(readFileSync('more/config.json', 'utf8'))).toMatchObject({
        config: { task: { alphabet: 'wxyz' } },
      });
    });
  });

  it('is missed in a folder without one, if the config names no task', async () => {
    await writeDataset('plain', 'train', buildDataset([{ input: [1], output: [1] }], { vocabSize: 2, seqLen: 1 }));
    const { status, stderr } = await train('sequences', 'plain', 'never');
    expect(stderr).toContain('sequences: task: is missing; expected the puzzles, such as {');
    expect(status).toBe(2);
  });

  it('is kept by a mixture of folders that agree, and must not differ', async () => {
    await generate('--task', 'sudoku', '--size', '4', '--seed', '7', '--out', 'more');
    expect((await runInProcess(['data', 'mix', 'sudoku', 'more', '--out', 'mixed'])).status).toBe(0);
    expect(readTaskFile('mixed')).toEqual({ kind: 'sudoku', size: 4 });
    rmSync('more/task.json');
    expect((await runInProcess(['data', 'mix', 'sudoku', 'more', '--out', 'unknown'])).status).toBe(0);
    expect(readTaskFile('unknown')).toBeUndefined();
    writeFileSync('more/task.json', JSON.stringify({ kind: 'tokens', seqLen: 16, vocabSize: 6 }));
    const { status, stderr } = await runInProcess(['data', 'mix', 'sudoku', 'more', '--out', 'differing']);
    expect(stderr).toContain(
      'FOLDERS: by their task.json, sudoku holds puzzles of {"kind":"sudoku","size":4}, but more of',
    );
    expect([status, existsSync('differing')]).toEqual([2, false]);
  });
});
