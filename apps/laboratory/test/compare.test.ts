import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { uncompiled } from '@hrm/layers';
import { RecursionCore } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRunModel, generatePuzzles, makeTask, preparePuzzles, writeNewPuzzles } from '@hrm/cli/internal';
import type { CellFigures, CellResult } from '../src/compare/cell-result';
import { comparedBlocks, comparedControllers, comparedSchedules } from '../src/compare/compared-parts';
import { comparedSudoku } from '../src/compare/compared-puzzles';
import { cellConfig, comparisonCells, type ComparisonCell } from '../src/compare/comparison-cell';
import { comparisonMargins, comparisonRows } from '../src/compare/comparison-rows';
import { comparisonTables } from '../src/compare/comparison-tables';
import { trainCell } from '../src/compare/train-cell';
import { runHrmLab } from './run-hrm-lab';
import { runInProcess } from './run-in-process';

const folder = mkdtempSync(join(tmpdir(), 'hrm-compare-'));
// The tests must not see what this user has allowed.
process.env.XDG_CONFIG_HOME = join(folder, '.config');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => selectBackend({ prefer: 'wasm' }));

const schedules = Object.keys(comparedSchedules);
const controllers = Object.keys(comparedControllers);
const blocks = Object.keys(comparedBlocks);
const cell: ComparisonCell = {
  puzzles: comparedSudoku[4],
  schedule: 'one-step-gradient',
  controller: 'residual',
  block: 'mixer',
  seed: 0,
};

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

  it.each(blocks)('%s is a block that configs know', (block) => {
    const model = buildRunModel(cellConfig({ ...cell, block }), sizes);
    expect(Object.hasOwn(model.parameters, 'positionEmbedding')).toBe(block !== 'mixer');
    model.dispose();
  });

  it.each(controllers)('%s is a controller that configs know', (controller) => {
    const model = buildRunModel(cellConfig({ ...cell, controller }), sizes);
    expect(model.halting.maxSegments).toBe(8);
    model.dispose();
  });

  it('has every schedule with every controller, seed by seed, with all else the same', () => {
    const cells = comparisonCells({ puzzles: Object.values(comparedSudoku), schedules, controllers, blocks, seeds: 2 });
    expect(cells).toHaveLength(2 * 5 * 8 * 2 * 2);
    expect(cells.slice(0, 160).every(({ seed }) => seed === 0)).toBe(true);
    const rest = cells
      .filter(({ puzzles, seed }) => puzzles === comparedSudoku[4] && seed === 0)
      .map((each) => {
        const { name, model, ...config } = cellConfig(each);
        const { schedule, halting, block, positions, ...sizes } = model;
        return JSON.stringify({ ...config, sizes });
      });
    expect(new Set(rest).size).toBe(1);
    const limits = controllers.map((controller) => cellConfig({ ...cell, controller }).model.halting);
    expect(limits.map((halting) => halting['maxSegments'] ?? halting['segments'])).toEqual(controllers.map(() => 8));
  });
});

describe('a cell', () => {
  it('that cannot be trained has a result that says why', async () => {
    const config = cellConfig(cell, { steps: 3 });
    config.generate = { train: 40, test: 10, givens: [8, 10], seed: 0 };
    config.training.learningRate = 1e38;
    config.training.warmupSteps = 0;
    const before = tf.memory().numTensors;
    const outcome = await trainCell(
      config,
      { task: makeTask(config), puzzles: await preparePuzzles(config, undefined) },
      { compile: uncompiled },
    );
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

  it('have columns for blocks and for right answers if there are several, and the means of each block', () => {
    const withValid = results.map((result) =>
      result.outcome === 'failed' ? result : { ...result, figures: { ...result.figures, valid: 0.8 } },
    );
    const attention = withValid.map((result) => ({ ...result, cell: { ...result.cell, block: 'attention' } }));
    const tables = comparisonTables([...withValid, ...attention]);
    expect(tables).toMatch(/\| schedule +\| controller +\| block +\| puzzles, all segments +\| valid +\|/);
    expect(tables).toContain('### 4x4: blocks, over all controllers\n');
    expect(tables).toMatch(/\| attention +\| 36\.7%/);
    expect(tables).not.toContain('schedules, over');
    expect(comparisonTables(results)).not.toMatch(/block|valid/);
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

  // In this process, because it starts faster.
  const compare = (to: string, ...more: string[]) =>
    runInProcess(['compare', '--backend', 'wasm', '--controllers', 'halt-only', '--steps', '2', '--seeds', '1', '--json', '--out', join(folder, to), ...more]); // prettier-ignore
  const rowsOf = ({ stdout, stderr, status }: Awaited<ReturnType<typeof compare>>) => {
    expect(status, stderr).toBe(0);
    return (JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { rows: { [key: string]: unknown }[] }).rows;
  };

  it('compares blocks on a task of the catalog', { timeout: 120_000 }, async () => {
    const parity = ['--task', 'parity', '--set', 'length=7', '--train', '64', '--test', '6'];
    const two = ['--schedules', 'one-step-gradient', '--blocks', 'mixer,attention'];
    expect(rowsOf(await compare('parity', ...parity, ...two))).toMatchObject([
      { puzzles: 'parity, length 7', block: 'mixer', figures: { valid: { mean: expect.any(Number) as number } } },
      { puzzles: 'parity, length 7', block: 'attention' },
    ]);
    const kept = (block: string) =>
      readFileSync(
        join(folder, `parity/cells/parity-length-7.one-step-gradient.halt-only${block}.seed-0.json`),
        'utf8',
      );
    expect(JSON.parse(kept('.attention'))).toMatchObject({
      config: { task: { kind: 'parity', length: 7 }, generate: { train: 64, test: 6 }, training: { augment: false } },
    });
    expect(kept('')).toContain('"type": "mixer"');
    const other = await compare('parity', ...parity.with(5, '63'), ...two);
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('with other puzzles')]);
  });

  it('compares a schedule and a task of the user, on puzzles of a folder', { timeout: 120_000 }, async () => {
    const own = fileURLToPath(new URL('testdata/own-comparison.mjs', import.meta.url));
    const imports = ['--imports', own, '--allow-imports', '--schedules', 'twice'];
    const rows = rowsOf(await compare('echo', '--task', 'echo', '--set', 'letters=3', ...imports, '--train', '40'));
    expect(rows).toMatchObject([{ puzzles: 'echo, letters 3', schedule: 'twice', seeds: 1 }]);
    const task = makeTask({ name: 'parity', task: { kind: 'parity', length: 7 } });
    const data = join(folder, 'some bits');
    await writeNewPuzzles(data, generatePuzzles(task, { train: 40, test: 4, seed: 0 }), { kind: 'parity', length: 7 });
    expect(rowsOf(await compare('bits', '--data', data, ...imports))).toMatchObject([{ puzzles: 'some bits' }]);
    // Other puzzles in the same folder.
    rmSync(data, { recursive: true });
    await writeNewPuzzles(data, generatePuzzles(task, { train: 40, test: 4, seed: 1 }), { kind: 'parity', length: 7 });
    expect((await compare('bits', '--data', data, ...imports)).stderr).toContain('with other puzzles');
  });

  it.each([
    [['--task', 'parity', '--sizes', '4'], '--sizes, --task: give only one'],
    [['--set', 'length=4'], '--set belongs to --task'],
    [['--task', 'parity', '--set', 'lenght=4'], 'lenght is not known; did you mean length?'],
    [['--blocks', 'brick'], '--blocks: "brick" is none of mixer, attention, graph-attention, conv, cellular, pooling'],
    [['--data', folder], 'has no task.json'],
  ])('refuses %j', async (words, message) => {
    const { status, stderr } = await compare('never', ...words);
    expect(stderr).toContain(message);
    expect([status, existsSync(join(folder, 'never'))]).toEqual([2, false]);
  });
});
