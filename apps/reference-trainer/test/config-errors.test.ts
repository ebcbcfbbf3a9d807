import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadRunConfig } from '../src/config/load-run-config';
import { nearestName } from '../src/config/section';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('config-errors');

/** The error of a config: one fault per line. */
async function faultsOf(config: object): Promise<string[]> {
  writeFileSync('run.json', JSON.stringify(config));
  const { status, stderr } = await runInProcess(['train', 'run.json', '--out', 'OUT']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^hrm: run\.json: /);
  return stderr.split('\n').flatMap((line) => (line.startsWith('  ') ? [line.trim()] : []));
}

it('all faults of a config are reported at once, each with its key and the nearest known one', async () => {
  const { model, training } = tinyRun;
  const { learningRate: _, ...rest } = training;
  const faults = await faultsOf({
    ...tinyRun,
    task: { kind: 'sudoku', size: 5 },
    colour: 'red',
    generate: { ...tinyRun.generate, given: [6, 8] },
    model: {
      ...model,
      hiddensize: 16,
      block: { type: 'mixer', expansoin: 1 },
      schedule: { type: 'one-step-gradient', hCycles: '2', lcycles: 2 },
      halting: { type: 'any', of: 'all' },
    },
    training: { ...rest, learningRte: 1e-3, batchSize: 'many', microBatch: 'some', epochs: 3 },
  });
  expect(faults.sort()).toEqual(
    [
      'task.size: expected 4, 6, 9 or 16',
      'generate.given is not known; did you mean givens?',
      'model.block.expansoin is not known; did you mean expansion?',
      'model.schedule.hCycles: expected a number, got a text',
      'model.schedule.lCycles: is missing; expected a number',
      'model.schedule.lcycles is not known; did you mean lCycles?',
      'model.halting.of: expected a list, got a text',
      'model.hiddensize is not known; did you mean hiddenSize?',
      'training.batchSize: expected a number, got a text',
      'training.microBatch: expected a whole number from 1, or "auto"',
      'training.learningRate: is missing; expected a number',
      'training.learningRte is not known; did you mean learningRate?',
      'training.steps: give either steps or epochs, and not both',
      'colour is not known',
    ].sort(),
  );
});

it('names missing keys, wrong types and unknown parts in plain words', async () => {
  const { name: _, ...rest } = tinyRun;
  const { model, training } = tinyRun;
  const { schedule: __, ...partsLeft } = model;
  const faults = await faultsOf({
    ...rest,
    task: { kind: 'sudokuu' },
    model: { ...partsLeft, block: { type: 'mixr' }, halting: { type: 'nothing-like-it' }, family: 'hmm' },
    training: { ...training, batchSize: 0, steps: 1.5, learningRate: 0, minRatio: 2, augment: 'yes' },
  });
  expect(faults.sort()).toEqual(
    [
      'name: is missing; expected a text',
      'task.kind: "sudokuu" is not known; did you mean sudoku?',
      'model.schedule: is missing; expected an object',
      'model.block.type: "mixr" is not known; did you mean mixer?',
      'model.halting.type: "nothing-like-it" is not known; expected q-learning, halt-only, fixed-steps, graves-act, ponder, residual, unchanged-answer, any, all, at-least; one of your own needs "imports"',
      'model.family: expected "hrm" or "trm"',
      'training.batchSize: expected at least 1',
      'training.steps: expected a whole number',
      'training.learningRate: expected more than 0',
      'training.minRatio: expected at most 1',
      'training.augment: expected true or false, got a text',
    ].sort(),
  );
});

it('a single fault is on the first line, with the nearest key', async () => {
  const told = async (set: string) =>
    (await runInProcess(['train', 'sudoku-4x4-demo', '--out', 'OUT', '--set', set])).stderr;
  expect(await told('training.learningrate=1')).toContain(
    'sudoku-4x4-demo: training.learningrate is not known; did you mean learningRate?\n',
  );
  expect(await told('training.__proto__=1')).toContain('training.__proto__ is not known\n');
});

it('a task is chosen for a preset without one on the command line', () => {
  const sets = ['task.kind=parity', 'task.length=12', 'generate.train=50', 'generate.test=5'];
  const { task, generate } = loadRunConfig('sequences', sets);
  expect(task).toEqual({ kind: 'parity', length: 12 });
  expect(generate).toMatchObject({ train: 50, test: 5, seed: 0 });
  expect(() => loadRunConfig('sequences', ['tasks.kind=parity'])).toThrow('the config has no "tasks" to set');
});

it('of many faults the rest is counted', async () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`extra${i}`, i]));
  const faults = await faultsOf({ ...tinyRun, ...many });
  expect(faults).toHaveLength(21);
  expect(faults.at(-1)).toBe('and 480 more');
});

it('a config may name its JSON Schema, which the run ignores', () => {
  writeFileSync('run.json', JSON.stringify({ $schema: './run-config.schema.json', ...tinyRun }));
  const config = loadRunConfig('run.json');
  expect(config.name).toBe('tiny');
  expect(config).not.toHaveProperty('$schema');
});

it('the nearest name is similar', () => {
  const known = ['learningRate', 'warmupSteps', 'beta1', 'beta2'];
  expect(nearestName('learnigRate', known)).toBe('learningRate');
  expect(nearestName('BETA1', known)).toBe('beta1');
  expect(nearestName('steps', known)).toBeUndefined();
  expect(nearestName('x', [])).toBeUndefined();
});

it('hrm train --help lists the presets', async () => {
  const { stdout } = await runInProcess(['train', '--help']);
  for (const name of ['sudoku-4x4-demo', 'sudoku-extreme-1k', 'maze-30x30-hard']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S.{20,}$`, 'm'));
  }
});
