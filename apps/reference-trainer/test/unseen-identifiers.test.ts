import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDataset } from '@hrm/data';
import { readDataset, writeDataset } from '@hrm/data/files';
import { readWeights } from '@hrm/trainer/checkpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRunConfig } from '../src/config/load-run-config';
import { runInProcess } from './run-in-process';

const folder = mkdtempSync(join(tmpdir(), 'hrm-unseen-'));
const at = (...names: string[]) => join(folder, ...names);
const backend = ['--backend', 'cpu', '--json'];

/** Puzzles of named identifiers, three each in training and two held out. */
async function writePuzzles(name: string, identifiers: readonly string[]): Promise<string> {
  for (const [split, count] of [
    ['train', 3],
    ['test', 2],
  ] as const) {
    const all = identifiers.slice(1).flatMap((_, id) => Array.from({ length: count }, (_, k) => [id + 1, k] as const));
    const examples = all.map(([id, k]) => ({ input: [1 + (id % 3), 1 + k], output: [1 + k, 1 + (id % 3)] }));
    const dataset = buildDataset(examples, { vocabSize: 5, seqLen: 2 });
    dataset.metadata.numPuzzleIdentifiers = identifiers.length;
    dataset.sets['all']!.puzzleIdentifiers.set(all.map(([id]) => id));
    await writeDataset(at(name), split, dataset, { identifiers });
  }
  return at(name);
}

const config = {
  name: 'named',
  task: { kind: 'tokens', seqLen: 2, vocabSize: 5 },
  model: {
    hiddenSize: 8,
    hLayers: 1,
    lLayers: 1,
    block: { type: 'mixer' },
    schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
    halting: { type: 'q-learning', maxSegments: 2 },
    positions: 'none',
    puzzleEmbeddingSize: 8,
  },
  training: { batchSize: 3, steps: 6, learningRate: 0.01, weightDecay: 0.1, emaDecay: 0.5, evaluateEvery: 3 },
};

/** Runs a command that must succeed. @returns its result, and what it said */
async function hrm(...args: string[]) {
  const { status, stdout, stderr } = await runInProcess([...args, ...backend]);
  expect(status, stderr).toBe(0);
  return { said: stderr, result: JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown> };
}

/** Runs a command that must be refused as bad use. @returns its error */
async function refusal(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runInProcess([...args, ...backend]);
  expect([status, stdout], stderr).toEqual([2, '']);
  return stderr;
}

const run = at('run');
const valuesOf = async (path: string, weights: 'averaged' | 'own' = 'averaged') =>
  (await readWeights(path, { weights })).values;
const description = (path: string) =>
  JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as {
    from: Record<string, unknown>;
    config: { training: { trains?: string[] } };
    puzzles: { numPuzzleIdentifiers: number };
  };
const table = 'puzzleEmbedding.weight';
const rows = async (path: string) => {
  const { data, shape } = (await valuesOf(path)).get(table)!;
  const numbers = [...(data as Float32Array)];
  return Array.from({ length: shape[0]! }, (_, row) => numbers.slice(row * shape[1]!, (row + 1) * shape[1]!));
};

/** The mean of vectors, as float32. */
const meanOf = (vectors: number[][]) =>
  vectors[0]!.map((_, i) => Math.fround(vectors.reduce((sum, row) => sum + row[i]! / vectors.length, 0)));

beforeAll(async () => {
  writeFileSync(at('config.json'), JSON.stringify(config));
  await writePuzzles('old', ['<blank>', 'a', 'b', 'c']);
  await writePuzzles('turned', ['<blank>', 'c', 'b', 'a']);
  await writePuzzles('new', ['<blank>', 'x', 'b', 'y']);
  await hrm('train', at('config.json'), '--data', at('old'), '--out', run);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('identifiers', () => {
  it('are known by their names: the order in a data set does not matter', async () => {
    expect(JSON.parse(readFileSync(join(run, 'identifiers.json'), 'utf8'))).toEqual(['<blank>', 'a', 'b', 'c']);
    // The same puzzles, numbered the other way round.
    const original = await readDataset(at('old'), 'test');
    const { puzzleIdentifiers, ...set } = original.sets['all']!;
    const numbered = { ...set, puzzleIdentifiers: puzzleIdentifiers.map((id) => 4 - id) };
    const identifiers = ['<blank>', 'c', 'b', 'a'];
    await writeDataset(
      at('turned'),
      'test',
      { ...original, sets: { all: numbered } },
      { identifiers, overwrite: true },
    );
    const figures = async (...args: string[]) => {
      const { seconds: _, ...rest } = (await hrm('eval', '--run', run, '--until', 'end', ...args)).result;
      return rest;
    };
    expect(await figures('--data', at('turned'))).toEqual(await figures());
  });

  it('that the model has not seen are errors that name them, and say what to do', async () => {
    const error = await refusal('eval', '--run', run, '--data', at('new'));
    expect(error).toContain(`the run's model has no vector for 2 puzzle identifiers: "x", "y". Give --unseen blank`);
    expect(error).toContain(`train --from ${run} --only puzzle-embedding --data ${at('new')} --out ${run}-more`);
    expect(await refusal('residuals', '--run', run, '--data', at('new'))).toContain('has no vector for 2');
    const resumed = ['train', '--resume', '--out', run, '--data', at('new'), '--set', 'training.steps=9'];
    expect(await refusal(...resumed)).toContain('2 puzzle identifiers: "x", "y"; it has vectors for the identifiers');
  });

  it('that the model has not seen get the blank vector on request, and are counted apart', async () => {
    const evaluation = ['eval', '--run', run, '--data', at('new'), '--unseen', 'blank'];
    const { result, said } = await hrm(...evaluation);
    expect(result).toMatchObject({ count: 6, unseen: { identifiers: 2, count: 4 } });
    expect(said).toContain(
      'has no vector for 2 puzzle identifiers: "x", "y". With the blank vector, of their 4 puzzles:',
    );
    expect((await hrm(...evaluation, '--until', 'halted')).result).toMatchObject({ unseen: { count: 4 } });
    expect((await hrm('eval', '--run', run, '--unseen', 'blank')).result).not.toHaveProperty('unseen');
  });

  it('are numbers where there are no names', async () => {
    rmSync(at('turned', 'identifiers.json'));
    await hrm('eval', '--run', run, '--data', at('turned'));
    await writePuzzles('more', ['<blank>', 'a', 'b', 'c', 'd']);
    rmSync(at('more', 'identifiers.json'));
    expect(await refusal('eval', '--run', run, '--data', at('more'))).toContain('1 puzzle identifier: "4". Give');
  });

  it('with a name twice, or a very long one, are refused in few words', async () => {
    await writePuzzles('twice', ['<blank>', 'a', 'b', 'c']);
    writeFileSync(at('twice', 'identifiers.json'), JSON.stringify(['<blank>', 'a', 'a', 'c']));
    const twice = await refusal('eval', '--run', run, '--data', at('twice'));
    expect(twice).toContain(`${at('twice', 'identifiers.json')}: the name "a" occurs twice`);
    writeFileSync(at('twice', 'identifiers.json'), JSON.stringify(['<blank>', 'a', 'b'.repeat(100_000), 'c']));
    expect((await refusal('eval', '--run', run, '--data', at('twice'))).length).toBeLessThan(1000);
  });

  it('can be given to solve', async () => {
    const solve = ['solve', '--run', run, '1 2'];
    const { said } = await hrm(...solve);
    expect(said).toContain('the blank vector is used; --identifier gives');
    expect((await hrm(...solve, '--identifier', 'b')).said).not.toContain('blank vector');
    expect(await refusal(...solve, '--identifier', 'rotate')).toContain(
      `no vector for "rotate"; it knows "<blank>", "a", "b", "c"`,
    );
  });
});

it('the config of docs/puzzle-embeddings.md is valid', () => {
  const example = fileURLToPath(new URL('../../../examples/hidden-rules.json', import.meta.url));
  expect(loadRunConfig(example).model.puzzleEmbeddingSize).toBeGreaterThan(0);
});

describe('hrm train --from', () => {
  const learn = (out: string, ...more: string[]) => [
    'train',
    '--from',
    run,
    '--data',
    at('new'),
    '--out',
    out,
    ...more,
  ];
  const only = ['--only', 'puzzle-embedding'];

  it('--only puzzle-embedding learns new vectors, and leaves every other bit as it was', async () => {
    const out = at('learned');
    const { said } = await hrm(...learn(out, ...only));
    expect(said).toContain(
      'keeps the vectors of 4 puzzle identifiers, and adds those of 2 new puzzle identifiers, each the mean',
    );
    const [before, after] = [await valuesOf(run), await valuesOf(out)];
    for (const [name, { data }] of before) {
      if (name !== table) expect(after.get(name)!.data, name).toEqual(data);
    }
    const [old, learned] = [await rows(run), await rows(out)];
    // Of a and c there were no puzzles; those of b, x and y were learned.
    expect([learned[0], learned[1], learned[3]]).toEqual([old[0], old[1], old[3]]);
    for (const row of [2, 4, 5]) expect(learned[row], `row ${row}`).not.toEqual(old[row] ?? meanOf(old));
    expect(JSON.parse(readFileSync(join(out, 'identifiers.json'), 'utf8'))).toEqual([
      '<blank>',
      'a',
      'b',
      'c',
      'x',
      'y',
    ]);
    const { from, config, puzzles } = description(out);
    expect(from).toEqual({ run: '../run', step: 6, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
    expect([config.training.trains, puzzles.numPuzzleIdentifiers]).toEqual([['puzzleEmbedding'], 6]);
    // It knows both data sets now, and no optimizer state or average is kept of what is frozen.
    await hrm('eval', '--run', out, '--data', at('old'));
    await hrm('eval', '--run', out);
    await hrm('solve', '--run', out, '1 2', '--identifier', 'y');
    expect(existsSync(join(out, 'checkpoints', 'checkpoint-0000000006', 'ema.safetensors'))).toBe(false);
  });

  it.each([',', 'puzzle-embedding,'])('refuses --only %s', async (names) => {
    expect(await refusal(...learn(at('none'), '--only', names))).toContain('--only: expected names of parameters');
    expect(existsSync(at('none'))).toBe(false);
  });

  it('resumes exactly, even where the first run is gone', async () => {
    await hrm(...learn(at('halves'), ...only, '--max-steps', '3'));
    const moved = { from: run, to: at('elsewhere') };
    renameSync(moved.from, moved.to);
    await hrm('train', '--resume', '--out', at('halves'));
    renameSync(moved.to, moved.from);
    expect(await valuesOf(at('halves'))).toEqual(await valuesOf(at('learned')));
    expect(description(at('halves')).from).toEqual(description(at('learned')).from);
  });

  it('trains everything without --only, from the averaged weights, and evaluates them first', async () => {
    await hrm(...learn(at('tuned'), '--max-steps', '1', '--set', 'training.learningRate=1e-9'));
    const [before, after] = [await valuesOf(run), await valuesOf(at('tuned'), 'own')];
    const head = (values: typeof before) => values.get('outputHead.weight')!.data as Float32Array;
    head(after).forEach((value, i) => expect(value).toBeCloseTo(head(before)[i]!, 6));
    const log = readFileSync(join(at('tuned'), 'metrics.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(log[0]!)).toMatchObject({ step: 0, evaluation: { count: 6 } });
    const mean = meanOf(await rows(run));
    (await rows(at('tuned')))[5]!.forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 6));
    expect(description(at('tuned')).config.training).not.toHaveProperty('trains');
  });

  it('trains the parts that are named', async () => {
    await hrm(
      ...learn(at('head'), '--only', 'outputHead,halting.head.bias', '--max-steps', '2', '--new-vectors', 'zero'),
    );
    const [before, after] = [await valuesOf(run), await valuesOf(at('head'), 'own')];
    const changed = [...before.keys()].filter(
      (name) => name !== table && after.get(name)!.data.join() !== before.get(name)!.data.join(),
    );
    expect(changed.sort()).toEqual(['halting.head.bias', 'outputHead.weight']);
    const old = await rows(run);
    expect(await rows(at('head'))).toEqual([...old, old[0]!.map(() => 0), old[0]!.map(() => 0)]);
  });

  it.each([
    [['--from', run, '--resume'], '--from: it begins a new run, and --resume continues one'],
    [['--only', 'puzzle-embedding', 'sudoku-4x4-demo'], '--only: it needs --from'],
    [['--new-vectors', 'mean', 'sudoku-4x4-demo'], '--new-vectors: it needs --from'],
    [['--from', at('nowhere')], `--from: ${at('nowhere')} holds no run`],
    [['--from', run, '--only', 'head'], 'trains: the model has no parameter "head", expected names among'],
    [['--from', run, '--only', 'initialLatents'], 'trains picks no parameter that can be trained'],
    [['--from', run, '--set', 'model.hiddenSize=16'], '--from: These weights do not fit the model'],
    [['--from', run, '--set', 'model.puzzleEmbeddingSize=0'], '--from: These weights do not fit the model'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal('train', ...args, '--data', at('new'), '--out', at('refused'))).toContain(message);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('refuses to resume a run that was stopped before its first weights were saved', async () => {
    const out = at('killed');
    await hrm(...learn(out, ...only, '--max-steps', '1'));
    rmSync(join(out, 'checkpoints'), { recursive: true });
    expect(await refusal('train', '--resume', '--out', out)).toContain(
      'remove its folder, and begin it again by --from',
    );
  });
});
