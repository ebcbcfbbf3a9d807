import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import { parseSudoku } from '@hrm/data-sudoku-maze';
import { loadModel } from '@hrm/models';
import { weights } from '@hrm/weights';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { answerOf } from '../src/board/shown-board';
import { think } from '../src/engine/think';
import type { ThoughtSegment } from '../src/engine/thought';

test('thinking gives the answers and decisions of the Solver, and keeps no tensor', async () => {
  const model = loadModel(await weights('sudoku-4x4'));
  const question = parseSudoku('.1.2...3....2...');
  const inputs = tokensFromCells(question);
  const { history } = await model.solve(inputs, { segments: 3 });
  const tensors = tf.memory().numTensors;
  const latents = { zL: 0, zH: 0 };
  const segments: ThoughtSegment[] = [];
  for await (const segment of think(model, inputs, { segments: 3, onLatent: (name) => latents[name]++ })) {
    segments.push(segment);
  }
  expect(tf.memory().numTensors).toBe(tensors);
  expect(segments.map(({ thoughts }) => thoughts.map(({ application }) => application))).toEqual(
    history.map(() => ['fL', 'fL', 'fL', 'fH']),
  );
  for (const [i, { answer, haltLogits }] of history.entries()) {
    const { figures, thoughts } = segments[i]!;
    expect(answerOf(question, thoughts.at(-1)!.confidence)).toEqual(cellsFromTokens(answer));
    expect(figures.halting).toEqual({ halt: expect.closeTo(1 / (1 + Math.exp(-haltLogits['halt']!)), 5) });
    expect(figures.halts).toBe(haltLogits['halt']! > 0);
    // f_H moves zH in one step a segment: its residual is the segment's.
    expect(figures.residuals.zH).toBeCloseTo(thoughts.at(-1)!.residual, 5);
    expect(Math.max(...thoughts[0]!.movement)).toBe(1);
  }
  // The start, and each application.
  expect(latents).toEqual({ zL: 1 + 9, zH: 1 + 3 });
});
