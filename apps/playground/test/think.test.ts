import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import { loadModel } from '@hrm/models';
import { weights } from '@hrm/weights';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { think } from '../src/engine/think';
import type { ThoughtSegment } from '../src/engine/thought';
import { answerOf, verify } from '../src/puzzles/puzzle';
import { readPuzzle } from '../src/puzzles/read-puzzle';

const puzzle = readPuzzle('.1.2...3....2...');
const model = loadModel(await weights('sudoku-4x4'));

/** Has the model think, and collects the segments of each try. */
async function watch(options: Omit<Parameters<typeof think>[2], 'onSegment'>) {
  const tried: ThoughtSegment[][] = [];
  const latents: string[] = [];
  const choice = await think(model, puzzle, {
    ...options,
    onSegment: (segment) => segment.forEach(([attempt, part]) => (tried[attempt] ??= []).push(part)),
    onLatent: (attempt, name) => latents.push(`${attempt} ${name}`),
  });
  return { choice, tried, latents };
}

const answersOf = (segments: readonly ThoughtSegment[]) =>
  segments.map(({ thoughts }) => answerOf(puzzle, thoughts.at(-1)!.confidence));

test('one try gives the answers and decisions of the Solver, and keeps no tensor', async () => {
  const { history } = await model.solve(tokensFromCells(puzzle.cells), { segments: 3 });
  const tensors = tf.memory().numTensors;
  const { choice, tried, latents } = await watch({ segments: 3 });
  expect(tf.memory().numTensors).toBe(tensors);
  const [segments] = tried as [ThoughtSegment[]];
  expect(choice).toMatchObject({ attempt: 0, chosenBy: 'only', modelCalls: 3 });
  expect(segments.map(({ thoughts }) => thoughts.map(({ application }) => application))).toEqual(
    history.map(() => ['fL', 'fL', 'fL', 'fH']),
  );
  expect(answersOf(segments)).toEqual(history.map(({ answer }) => cellsFromTokens(answer)));
  for (const [i, { haltLogits }] of history.entries()) {
    const { figures, thoughts } = segments[i]!;
    expect(figures.halting).toEqual({ halt: expect.closeTo(1 / (1 + Math.exp(-haltLogits['halt']!)), 5) });
    expect(figures.halts).toBe(haltLogits['halt']! > 0);
    expect(Math.max(...thoughts[0]!.movement)).toBe(1);
  }
  // The start, and each application.
  expect(latents.filter((name) => name === '0 zL')).toHaveLength(1 + 9);
  expect(latents.filter((name) => name === '0 zH')).toHaveLength(1 + 3);
});

test('with halting, a pass ends where the controller halts; without, it goes on', async () => {
  const { tried: all } = await watch({ segments: 10 });
  const halts = all[0]!.findIndex(({ figures }) => figures.halts) + 1;
  expect([halts > 0, all[0]!.length]).toEqual([true, 10]);
  const { tried } = await watch({ segments: 10, halts: true });
  expect(tried[0]).toHaveLength(halts);
});

test('of several tries the first is plain, noise moves the others, and the rules choose', async () => {
  const { tried: one } = await watch({ segments: 3 });
  const options = { segments: 3, tries: 3, startNoise: 2, seed: 4 };
  const { choice, tried } = await watch({ ...options, chooseBy: 'agreement' });
  expect(tried.map(({ length }) => length)).toEqual([3, 3, 3]);
  const first = (segments: readonly ThoughtSegment[]) => [...segments[0]!.thoughts[0]!.confidence];
  for (const [i, share] of first(tried[0]!).entries()) expect(share).toBeCloseTo(first(one[0]!)[i]!, 4);
  expect(first(tried[1]!)).not.toEqual(first(tried[0]!));
  expect(choice.attempts.map(({ votes }) => votes)).toContain(choice.attempts[choice.attempt]!.votes);

  const verified = await watch({ ...options, segments: 20 });
  const { attempt, chosenBy, attempts } = verified.choice;
  expect([chosenBy, attempts[attempt]!.verified]).toEqual(['verify', true]);
  const last = answersOf(verified.tried[attempt]!).at(-1)!;
  expect(verify(puzzle, last).valid).toBe(true);
});

test('a search fills in cells, and finds the answer', async () => {
  const { choice, tried } = await watch({ segments: 64, searches: true });
  expect(choice.attempts[0]).toMatchObject({ verified: true, guesses: expect.any(Number) });
  const [first] = tried[0]!;
  expect(first!.filled).toEqual(puzzle.cells);
});

test('a maze of any size is thought of, and an aborted thought ends', async () => {
  const maze = readPuzzle('S  #  \n## # #\n      \n # ##G');
  const { width: columns, height: rows } = maze;
  const walker = loadModel(await weights('maze'), { grid: { rows, columns } });
  let last: ThoughtSegment | undefined;
  await think(walker, maze, { segments: 4, onSegment: ([only]) => (last = only![1]) });
  const { confidence } = last!.thoughts.at(-1)!;
  expect(confidence).toHaveLength(2 * rows * columns);
  expect(verify(maze, answerOf(maze, confidence))).toEqual({ valid: true, wrongCells: [] });

  const tensors = tf.memory().numTensors;
  const ending = new AbortController();
  const thought = think(walker, maze, { segments: 8, signal: ending.signal, onSegment: () => ending.abort() });
  await expect(thought).rejects.toThrow('abort');
  expect(tf.memory().numTensors).toBe(tensors);
  walker.dispose();
});
