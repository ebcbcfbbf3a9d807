import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { EvaluatedSegment } from '@hrm/trainer';
import { evaluationBatches } from '@hrm/data';
import { buildArcDataset, parseArcChallenges } from '@hrm/data-arc';
import { writeArcDataset } from '@hrm/data-arc/files';
import { selectBackend } from '@hrm/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareArcVotes } from '../src/arc/arc-votes';
import { Terminal } from '../src/terminal/terminal';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('arc-votes');

const pair = (input: number[][]) => ({ input, output: input.map((row) => row.toReversed()) });
const puzzle = (...tests: number[][][]) => ({ train: [pair([[1, 0]]), pair([[2, 0, 3]])], test: tests.map(pair) });
const train = parseArcChallenges({ first: puzzle([[5, 6]]) });
const test = parseArcChallenges({ second: puzzle([[4, 3], [2, 1]], [[0, 7, 7]]), third: puzzle([[8, 1]]) }); // prettier-ignore
const options = { train, test, augmentations: 2 };

/** A segment that answers each puzzle of a batch with its label, or with another token. */
function segmentOf(
  batch: ReturnType<typeof evaluationBatches> extends Iterable<infer Batch> ? Batch : never,
  isRight: boolean,
) {
  // prettier-ignore
  const { inputs, labels, puzzleIdentifiers, batchSize, seqLen } = batch;
  const answers = Array.from(labels, (label) => Math.max(0, label) + (isRight ? 0 : 1));
  return {
    carry: {
      puzzle: { inputs: tf.tensor2d(inputs, [batchSize, seqLen]), puzzleIdentifiers: tf.tensor1d(puzzleIdentifiers) },
    },
    logits: tf.oneHot(tf.tensor2d(answers, [batchSize, seqLen], 'int32'), 12),
    haltLogits: { halt: tf.zeros([batchSize]) },
  } as unknown as EvaluatedSegment;
}

beforeAll(async () => {
  await selectBackend({ prefer: 'cpu' });
  await writeArcDataset('data', options);
  writeFileSync('data/task.json', '{ "kind": "arc" }');
});

describe('votes of a model on ARC', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('count the answers after the last segment (right: %j)', async (isRight, share) => {
    const submission = `submission-${isRight}.json`;
    const votes = await prepareArcVotes({ data: 'data', split: 'test', until: 'both', lastSegment: 1, submission });
    const batches = [...evaluationBatches(buildArcDataset(options).test, { batchSize: 2 })];
    // Three tests of three copies each, and a row that only fills up the last batch.
    expect([batches.length, batches.at(-1)!.count]).toEqual([5, 1]);
    for (const batch of batches) {
      const [wrong, last] = [segmentOf(batch, false), segmentOf(batch, isRight)];
      const tensors = tf.memory().numTensors;
      await votes!.onSegment(wrong, 0);
      await votes!.onSegment(last, 1);
      expect(tf.memory().numTensors).toBe(tensors);
      tf.dispose([wrong, last] as unknown as tf.TensorContainer);
    }
    const { passAt } = await votes!.finish(new Terminal(true));
    expect([passAt[1], passAt[1000]]).toEqual([share, share]);
    const written = JSON.parse(readFileSync(submission, 'utf8')) as Record<string, { attempt_1: number[][] }[]>;
    expect(Object.keys(written)).toEqual(['second', 'third']);
    if (isRight) expect(written['second']![1]!.attempt_1).toEqual([[7, 7, 0]]);
  });
});

describe('hrm eval on ARC', () => {
  const evaluate = (...args: string[]) => runInProcess(['eval', '--run', 'run', '--backend', 'wasm', ...args]);

  beforeAll(async () => {
    const small = ['model.hiddenSize=8', 'model.block={"type":"attention","heads":1}', 'model.halting.maxSegments=1', 'training.batchSize=2', 'training.steps=1']; // prettier-ignore
    const set = small.flatMap((one) => ['--set', one]);
    const trained = await runInProcess(['train', 'sequences', '--data', 'data', '--out', 'run', '--backend', 'wasm', ...set]); // prettier-ignore
    expect(trained.status, trained.stderr).toBe(0);
  });

  it('prints pass@K, and writes two answers to each test', async () => {
    const { status, stdout, stderr } = await evaluate('--until', 'end', '--submission', 'submission.json', '--json');
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/Votes over all copies of 2 tasks: pass@1 [\d.]+%, pass@2 /);
    const { passAt } = JSON.parse(stdout) as { passAt: object };
    expect(Object.keys(passAt)).toEqual(['1', '2', '5', '10', '100', '1000']);
    const submission = JSON.parse(readFileSync('submission.json', 'utf8')) as Record<string, object[]>;
    expect(Object.entries(submission).map(([id, tests]) => [id, tests.length])).toEqual([['second', 2], ['third', 1]]); // prettier-ignore
  });

  it.each([
    [['--submission', 'data/test_puzzles.json'], '--submission: data/test_puzzles.json exists already'],
    [['--submission', 'a.json', '--split', 'train'], '--submission: is for --split test'],
    [['--submission', 'a.json', '--until', 'halted'], '--submission: is for --until end or both'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await evaluate(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

it('other data sets have no votes, and no submission', async () => {
  const ask = (submission?: string) =>
    prepareArcVotes({ data: 'run', split: 'test', until: 'both', lastSegment: 0, submission });
  expect(await ask()).toBeUndefined();
  await expect(ask('a.json')).rejects.toThrow('--submission: run has no test_puzzles.json');
});
