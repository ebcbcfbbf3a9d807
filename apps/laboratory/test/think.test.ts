import * as tf from '@tensorflow/tfjs-core';
import { cellsFromTokens, type PuzzleDataset } from '@hrm/data';
import { sudokuProbabilities, sudokuTask } from '@hrm/data-sudoku-maze';
import { uncompiled } from '@hrm/layers';
import { selectBackend } from '@hrm/runtime';
import { buildRunModel, checkRunConfig, generatePuzzles } from '@hrm/cli/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutPuzzles } from '../src/think/held-out-puzzles';
import { measureStrategies, THINKING_STRATEGIES } from '../src/think/measure-strategies';
import { doublings } from '../src/think/one-pass';
import { measurePlainSearch } from '../src/think/searches';
import { isThinkingSvg, thinkingSvg, thinkingTable } from '../src/think/thinking-report';
import type { ThinkingRow } from '../src/think/thinking-row';

const config = checkRunConfig(
  {
    name: 'tiny',
    task: { kind: 'sudoku', size: 4 },
    model: {
      family: 'trm',
      hiddenSize: 16,
      lLayers: 1,
      block: { type: 'mixer' },
      schedule: { type: 'full-recursion', hCycles: 1, lCycles: 1 },
      halting: { type: 'halt-only', maxSegments: 2 },
      positions: 'none',
    },
    training: { batchSize: 4, steps: 1, learningRate: 1e-3 },
  },
  'tiny',
);
const task = sudokuTask({ size: 4 });
const sizes = { seqLen: 16, vocabSize: 6, numPuzzleIdentifiers: 1 };
const dataset = (): PuzzleDataset => generatePuzzles(task, { train: 10, test: 6, givens: [6, 8], seed: 0 }).test;

beforeAll(() => selectBackend({ prefer: 'wasm' }));

describe('strategies', () => {
  let rows: ThinkingRow[];
  let left: number;
  const said: string[] = [];
  beforeAll(async () => {
    const model = buildRunModel(config, sizes);
    const heldOut = heldOutPuzzles(dataset(), model, task, 5);
    const before = tf.memory().numTensors;
    rows = await measureStrategies({ model, task, config, parts: undefined as never }, heldOut, {
      ...{ strategies: THINKING_STRATEGIES, tries: 4, votes: 3, branches: 2, searchSegments: 4, stepSegments: 2 },
      ...{ batch: 8, seed: 0, sizes, compile: uncompiled, say: (line: string) => said.push(line) },
    });
    left = tf.memory().numTensors - before;
    model.dispose();
  }, 60_000);

  const named = (strategy: string) => rows.filter((row) => row.strategy === strategy);

  it('are all measured, and leave no tensor', () => {
    expect(left).toBe(0);
    expect(rows.every(({ puzzles }) => puzzles === 5)).toBe(true);
    expect([...new Set(rows.map(({ strategy }) => strategy))]).toEqual([
      'one pass',
      'one pass, to the first verified answer',
      'noisy starts, verified',
      'random starts, verified',
      'symmetries, verified',
      'noisy starts, most votes',
      'noisy starts, votes for each cell',
      'noisy starts, highest halt value',
      'search',
      'search, untrained model',
      'search, plain propagation instead of a model',
    ]);
    expect(said).toHaveLength(8);
  });

  it('show a search next to its controls', () => {
    expect(rows.filter(({ isControl }) => isControl).map(({ strategy }) => strategy)).toEqual([
      'search, untrained model',
      'search, plain propagation instead of a model',
    ]);
  });

  it('report their cost', () => {
    expect(named('one pass').map(({ segments, modelCalls }) => [segments, modelCalls])).toEqual(
      [1, 2, 4, 8].map((count) => [count, count]),
    );
    expect(named('noisy starts, most votes').map(({ tries, modelCalls }) => [tries, modelCalls])).toEqual(
      [1, 2, 3].map((tries) => [tries, 4 * tries]),
    );
    for (const { modelCalls } of named('noisy starts, verified')) expect(modelCalls).toBeLessThanOrEqual(16);
    expect(named('search')[0]!.modelCalls).toBeLessThanOrEqual(8);
  });

  it('solve no more by a choice than there is to choose from', () => {
    const chosen = rows.filter(({ oracle }) => oracle !== undefined);
    expect(chosen).toHaveLength(9);
    for (const { solved, oracle } of chosen) expect(oracle).toBeGreaterThanOrEqual(solved);
  });

  it('become a table and a drawing', () => {
    const table = thinkingTable(rows);
    expect(table).toContain('search, untrained model (control)');
    expect(table.split('\n')).toHaveLength(rows.length + 2);
    const svg = thinkingSvg(rows);
    expect(isThinkingSvg(svg)).toBe(true);
    expect(svg.match(/<polyline/g)).toHaveLength(11);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
  });
});

it('plain propagation searches by itself, with as many steps as it gets', () => {
  const model = buildRunModel(config, sizes);
  const { puzzles } = heldOutPuzzles(dataset(), model, task, 6);
  model.dispose();
  const probabilities = (question: Int32Array) => sudokuProbabilities(cellsFromTokens(question));
  const solved = (questions: { inputs: Int32Array }[], steps: number) =>
    measurePlainSearch(questions, { ...task, openToken: 1 }, probabilities, {
      ...{ branches: 1, segments: steps, segmentsPerStep: 1 },
    }).solved;
  expect(solved(puzzles, 50)).toBe(1);
  // Without givens it must guess, and turn back from its guesses.
  const open = [{ inputs: new Int32Array(16).fill(1) }];
  expect(solved(open, 1)).toBe(0);
  expect(solved(open, 100)).toBe(1);
});

it('doublings end with the number itself', () => {
  expect([doublings(1), doublings(8), doublings(12)]).toEqual([[1], [1, 2, 4, 8], [1, 2, 4, 8, 12]]);
});
