import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { uncompiled } from '@hrm/layers';
import { RecursionCore } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRunModel, preparePuzzles } from '@hrm/reference-trainer/internal';
import type { CellFigures, CellResult } from '../src/compare/cell-result';
import {
  cellConfig,
  comparedControllers,
  comparedSchedules,
  comparisonCells,
  type ComparisonCell,
} from '../src/compare/comparison-cell';
import { comparisonMargins, comparisonRows } from '../src/compare/comparison-rows';
import { comparisonTables } from '../src/compare/comparison-tables';
import { trainCell } from '../src/compare/train-cell';
import { runHrmLab } from './run-hrm-lab';

const folder = mkdtempSync(join(tmpdir(), 'hrm-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => selectBackend({ prefer: 'wasm' }));

const schedules = Object.keys(comparedSchedules) as ComparisonCell['schedule'][];
const controllers = Object.keys(comparedControllers) as ComparisonCell['controller'][];
const cell: ComparisonCell = { size: 4, schedule: 'one-step-gradient', controller: 'residual', seed: 0 };

describe('a comparison', () => {
  const sizes = { seqLen: 16, vocabSize: 6, numPuzzleIdentifiers: 1 };

  it.each(schedules)('%s makes six refinements a segment', (schedule) => {
    const model = buildRunModel(cellConfig({ ...cell, schedule }), sizes);
    let refinements = 0;
    const module = {
      parameters: {},
      apply: (z: tf.Tensor3D, injection: tf.Tensor3D) => {
        refinements++;
        return tf.tidy(() => tf.mul(0.4, tf.add(z, injection)) as tf.Tensor3D);
      },
    };
    const x = tf.ones([2, 3, 4]) as tf.Tensor3D;
    model.schedule.refine(new RecursionCore(module, module), { zH: x, zL: x }, x);
    expect(refinements).toBe(6);
    model.dispose();
  });

  it.each(controllers)('%s is a controller that configs know', (controller) => {
    const model = buildRunModel(cellConfig({ ...cell, controller }), sizes);
    expect(model.halting.maxSegments).toBe(8);
    model.dispose();
  });

  it('has every schedule with every controller, seed by seed, with all else the same', () => {
    const cells = comparisonCells({ sizes: [4, 6], schedules, controllers, seeds: 2 });
    expect(cells).toHaveLength(2 * 5 * 8 * 2);
    expect(cells.slice(0, 80).every(({ seed }) => seed === 0)).toBe(true);
    const rest = cells
      .filter(({ size, seed }) => size === 4 && seed === 0)
      .map((each) => {
        const { name, model, ...config } = cellConfig(each);
        const { schedule, halting, ...sizes } = model;
        return JSON.stringify({ ...config, sizes });
      });
    expect(new Set(rest).size).toBe(1);
    const limits = controllers.map((controller) => cellConfig({ ...cell, controller }).model.halting);
    expect(limits.map((halting) => halting['maxSegments'] ?? halting['segments'])).toEqual(controllers.map(() => 8));
  });
});

describe('a cell', () => {
  it('that cannot be trained has a result that says why', async () => {
    const config = cellConfig(cell, 3);
    config.generate = { train: 40, test: 10, givens: [8, 10], seed: 0 };
    config.training.learningRate = 1e38;
    config.training.warmupSteps = 0;
    const before = tf.memory().numTensors;
    const outcome = await trainCell(config, await preparePuzzles(config, undefined), uncompiled);
    expect(outcome).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('not finite') as string });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the tables', () => {
  const figures = (puzzles: number): CellFigures => ({
    puzzles,
    cells: 0.9,
    puzzlesHalting: puzzles / 2,
    cellsHalting: 0.8,
    segmentsHalting: 2,
    trainingSegments: 3,
    seconds: 10,
    cpuSeconds: 15,
    stepMilliseconds: 40,
    firstLoss: 2,
    lastLoss: 1,
  });
  const results: CellResult[] = [
    { cell, outcome: 'trained', figures: figures(0.25) },
    { cell: { ...cell, controller: 'ponder' }, outcome: 'trained', figures: figures(0.1) },
    { cell: { ...cell, seed: 1 }, outcome: 'not-learned', figures: figures(0.75) },
    { cell: { ...cell, seed: 1, controller: 'ponder' }, outcome: 'failed', reason: 'a | b' },
    { cell: { ...cell, seed: 2 }, outcome: 'trained', figures: figures(0.5) },
  ];

  it('have the mean and range of the seeds, and failures', () => {
    const [residual, ponder] = comparisonRows(results);
    expect(residual).toMatchObject({
      controller: 'residual',
      seeds: 3,
      figures: { puzzles: { mean: 0.5, least: 0.25, most: 0.75 }, puzzlesHalting: { most: 0.375 } },
      remarks: ['seed 1 learned nothing'],
    });
    expect(ponder).toMatchObject({
      seeds: 2,
      figures: { puzzles: { mean: 0.1, least: 0.1, most: 0.1 } },
      remarks: ['seed 1 failed: a | b'],
    });
    expect(comparisonTables(results)).toMatch(
      /\| one-step-gradient \| residual +\| 50\.0% \(25 to 75\).*\| 3 +\| seed 1 learned nothing +\|/,
    );
    expect(comparisonTables(results)).toContain('a \\| b');
  });

  it('have means over complete seeds only', () => {
    const [residual, ponder] = comparisonMargins(results, 'controller');
    expect(residual).toMatchObject({ schedule: 'all', controller: 'residual', figures: { puzzles: { mean: 0.5 } } });
    expect(residual!.seeds).toBe(2);
    expect(ponder!.remarks).toHaveLength(1);
    const [all] = comparisonMargins(results, 'schedule');
    expect(all!.figures!.puzzles.mean).toBeCloseTo((0.25 + 0.1 + 0.75) / 3, 12);
  });
});

describe('hrm-lab compare', () => {
  const out = join(folder, 'comparison');
  const args = ['compare', '--schedules', 'one-step-gradient', '--sizes', '4', '--seeds', '1', '--out', out, '--json'];
  const small = [...args, '--controllers', 'fixed-steps,residual', '--steps', '2'];
  type Rows = { controller: string; figures: { [name: string]: { mean: number } } }[];

  it('trains each cell, and continues where it stopped', { timeout: 300_000 }, () => {
    const first = runHrmLab(small);
    expect(first.status, first.stderr).toBe(0);
    const rows = first.json['rows'] as Rows;
    expect(rows.map(({ controller }) => controller)).toEqual(['fixed-steps', 'residual']);
    const [fixed, residual] = rows as [Rows[0], Rows[0]];
    expect(fixed.figures['segmentsHalting']!.mean).toBe(8);
    expect(fixed.figures['puzzlesHalting']).toEqual(fixed.figures['puzzles']);
    for (const { figures } of rows) {
      expect(figures['cells']!.mean).toBeGreaterThan(0);
      expect(figures['cells']!.mean).toBeLessThan(1);
      expect(figures['stepMilliseconds']!.mean).toBeGreaterThan(0);
      expect(figures['seconds']!.mean).toBeGreaterThan(figures['stepMilliseconds']!.mean / 1000);
    }
    expect(readFileSync(join(out, 'comparison.md'), 'utf8')).toMatch(/## Sudoku 4x4\n\n\| schedule +\| controller/);

    // One cell exists and is kept; the other is trained again, with the same result.
    const path = (controller: string) => join(out, 'cells', `4x4.one-step-gradient.${controller}.seed-0.json`);
    const kept = JSON.parse(readFileSync(path('fixed-steps'), 'utf8')) as { result: { figures: CellFigures } };
    kept.result.figures.seconds = 12345;
    writeFileSync(path('fixed-steps'), JSON.stringify(kept));
    rmSync(path('residual'));
    const again = runHrmLab(small).json['rows'] as Rows;
    expect(again[0]!.figures['seconds']!.mean).toBe(12345);
    for (const name of ['cells', 'cellsHalting', 'segmentsHalting', 'lastLoss'])
      expect(again[1]!.figures[name], name).toEqual(residual.figures[name]);
    expect(again[1]!.figures['seconds']!.mean).not.toBe(12345);
  });

  it('does not mix numbers of steps in a folder, and names unknown parts', () => {
    const other = runHrmLab([...args, '--controllers', 'fixed-steps', '--steps', '3']);
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('was trained with other steps');
    const unknown = runHrmLab([...args, '--controllers', 'fixed-steps,guess']);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(/--controllers: "guess" is none of q-learning, .*residual/);
  });
});
