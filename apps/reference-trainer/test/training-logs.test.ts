import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sudokuTask } from '@hrm/data-sudoku-maze';
import { decode } from 'fast-png';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { EvaluatedSegment } from '@hrm/trainer';
import { expect, it } from 'vitest';
import { collectFailedPuzzles, MOST_PUZZLES, type AnsweredPuzzle } from '../src/run/observers/failed-puzzles';
import { puzzleImage } from '../src/run/observers/image/puzzle-image';
import type { Observation } from '../src/run/observers/observations-log';
import { together } from '../src/run/observers/training-observer';
import { writeQuickConfig } from './quick-run';
import { hrm } from './run-hrm';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('training-logs');

/** The step of each event of an event file and the tags of its values; `restart` for one that drops later steps. */
function eventsOf(path: string): { step: number; tags: string[]; isRestart: boolean }[] {
  const bytes = readFileSync(path);
  const events = [];
  for (let at = 0; at < bytes.length;) {
    const data = bytes.subarray(at + 12, at + 12 + Number(bytes.readBigUInt64LE(at)));
    // After the time come the step, which is small here, and the values.
    const step = data[9] === 0x10 ? data[10]! : 0;
    const tags = [...data.toString('latin1').matchAll(/(?:train|held out|machine|puzzles)[\w ,]*\/\w+/g)].map(
      ([tag]) => tag,
    );
    events.push({ step, tags, isRestart: data.includes(Buffer.from([0x3a, 2, 8, 1])) });
    at += 16 + data.length;
  }
  return events;
}

it('--log-to tensorboard writes event files, and observations.jsonl goes on when the run is resumed', () => {
  const config = writeQuickConfig('quick.json');
  const first = hrm(['train', config, '--out', 'run', '--log-to', 'tensorboard', '--max-steps', '2']);
  expect(first.status, first.stderr).toBe(0);
  expect(first.stdout).toMatch(/^ {2}tensorboard --logdir run$/m);
  // Killed while it wrote a line.
  appendFileSync('run/observations.jsonl', '{"step":3,"ti');
  // The config of the run has the option now.
  const second = hrm(['train', '--resume', '--out', 'run']);
  expect(second.status, second.stderr).toBe(0);
  expect(readFileSync('run/metrics.jsonl', 'utf8').trimEnd().split('\n')).toHaveLength(6);

  const [before, after, ...more] = readdirSync('run/tensorboard').sort().map((name) => eventsOf(join('run/tensorboard', name))); // prettier-ignore
  expect(more).toEqual([]);
  expect(before!.map(({ step }) => step)).toEqual([0, 0, 1, 2, 2]);
  expect(after!.map(({ step }) => step)).toEqual([0, 3, 3, 4, 4]);
  expect(after!.map(({ isRestart }) => isRestart)).toEqual([false, true, false, false, false]);
  expect(after![2]!.tags).toEqual(expect.arrayContaining(['train/tokenLoss', 'train/learningRate', 'machine/memory']));
  const evaluated = ['held out/exactAccuracy', 'held out, when halted/exactAccuracy', 'held out/haltingSteps', 'train/haltingSteps', 'puzzles/1', 'puzzles/3']; // prettier-ignore
  expect(after![4]!.tags).toEqual(expect.arrayContaining(evaluated));

  const lines = readFileSync('run/observations.jsonl', 'utf8').trimEnd().split('\n');
  // A slow machine has lines in between, one a second.
  const all = lines.map((line) => JSON.parse(line) as Observation);
  const observations = all.filter((line) => 'begin' in line || line.puzzles);
  expect(observations.map((line) => [line.step, 'begin' in line])).toEqual([[0, true], [2, false], [2, true], [4, false]]); // prettier-ignore
  const { puzzles, memory } = observations[3] as Extract<Observation, { memory: number }>;
  expect([memory > 1e6, puzzles!.length]).toEqual([true, 4]);
  expect(all.some((line) => 'samplesPerSecond' in line && line.samplesPerSecond! > 0)).toBe(true);
  expect(puzzles![0]).toMatchObject({ index: 0, exact: false, question: { length: 16 }, prediction: { length: 16 } });
});

it('an evaluation collects the puzzles that failed before, then those solved since, then others', async () => {
  await tf.setBackend('cpu');
  /** Puzzles of two cells whose answer is [1, 2]. Those in `failed` are answered [1, 1]. The last one is padding. */
  const collect = async (failed: readonly number[], before?: readonly AnsweredPuzzle[]) => {
    const collector = collectFailedPuzzles(3, before);
    const count = 20;
    const of = (cells: (puzzle: number) => number[]) =>
      tf.tensor2d(
        Array.from({ length: count }, (_, puzzle) => cells(puzzle)),
        [count, 2],
        'int32',
      );
    const inputs = of(() => [1, 0]);
    const labels = of((puzzle) => (puzzle < count - 1 ? [1, 2] : [-100, -100]));
    const answers = of((puzzle) => [1, failed.includes(puzzle) ? 1 : 2]);
    const logits = tf.oneHot(answers, 3);
    const segment = { logits, carry: { puzzle: { inputs, labels } } } as unknown as EvaluatedSegment;
    for (const index of [0, 1, 2]) await collector.onSegment(segment, index);
    tf.dispose([inputs, labels, answers, logits]);
    return collector.puzzles();
  };
  const places = (puzzles: readonly AnsweredPuzzle[]) => puzzles.map(({ index, exact }) => (exact ? `${index} solved` : index)); // prettier-ignore
  const tensors = tf.memory().numTensors;
  const one = await collect([3, 5, 7, 9, 11, 13, 15, 17]);
  expect(places(one)).toEqual([3, 5, 7, 9, 11, 13]);
  expect(one).toHaveLength(MOST_PUZZLES);
  expect(one[0]).toEqual({ index: 3, question: [1, 0], answer: [1, 2], prediction: [1, 1], exact: false });
  const [followed, next] = await collect([3, 5], one);
  expect([followed!.segments, next!.segments]).toEqual([Array(3).fill([1, 1]), undefined]);
  const two = await collect([2, 5, 9, 11, 13, 15], one);
  expect(places(two)).toEqual([5, 9, 11, 13, '3 solved', '7 solved']);
  // A solved puzzle is shown once.
  expect(places(await collect([2, 5], two))).toEqual([5, '9 solved', '11 solved', '13 solved', 2]);
  expect(places(await collect([]))).toEqual(['0 solved']);
  expect(tf.memory().numTensors).toBe(tensors);
});

it('an image of a puzzle has the question, the answer with wrong cells on red, and the right answer', () => {
  const task = sudokuTask({ size: 4 });
  const answer = [2, 3, 4, 5, 4, 5, 2, 3, 3, 2, 5, 4, 5, 4, 3, 2];
  const question = answer.with(0, 1).with(5, 1);
  const prediction = answer.with(5, 2);
  const { width, height, png } = puzzleImage(task, { index: 0, question, answer, prediction, exact: false });
  const image = decode(png);
  expect([image.width, image.height]).toEqual([width, height]);
  const cell = (height - 1) / 4;
  expect(width).toBe(14 * cell + 1);
  /** The colours of a cell of a board, without lines. */
  const coloursOf = (board: number, x: number, y: number) => {
    const colours = new Set<string>();
    for (let row = y * cell + 2; row < (y + 1) * cell; row++)
      for (let column = (board * 5 + x) * cell + 2; column < (board * 5 + x + 1) * cell; column++)
        colours.add(Array.from(image.data.slice(3 * (row * width + column), 3 * (row * width + column) + 3)).join());
    return [...colours].sort();
  };
  const [white, ink, blue, red] = ['255,255,255', '25,28,40', '29,99,196', '248,180,180'];
  expect(coloursOf(0, 0, 0)).toEqual([white]);
  expect(coloursOf(0, 1, 0)).toEqual([white, ink].sort());
  expect(coloursOf(1, 0, 0)).toEqual([white, blue].sort());
  expect(coloursOf(1, 1, 1)).toEqual([red, blue].sort());
  expect(coloursOf(2, 1, 1)).toEqual([white, blue].sort());
});

it('a log that fails is left out with a warning, and the others go on', async () => {
  const called: string[] = [];
  const observer = (name: string, fails: boolean) => ({
    name,
    onStep: async () => {
      called.push(name);
      if (fails) throw new Error('no space left');
    },
    onEvaluation: async () => {},
    close: async () => void called.push(`${name} closed`),
  });
  const warnings: string[] = [];
  const all = together([observer('one', true), observer('two', false)], (warning) => warnings.push(warning));
  await all.onStep({} as never);
  await all.onStep({} as never);
  await all.close();
  expect(called).toEqual(['one', 'one closed', 'two', 'two', 'two closed']);
  expect(warnings).toEqual(['one is not written any more: no space left']);
});
