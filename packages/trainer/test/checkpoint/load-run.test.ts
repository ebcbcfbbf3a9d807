import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError, type HostTensor } from '@hrm/files';
import { buildModel, loadModel, parameterValues, saveModel, weightsToOfficial, type ModelConfig } from '@hrm/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointStore, loadRun, readWeights } from '../../src/checkpoint';
import { useBackend } from '../../../layers/test/backends';
import { temporaryFolder } from '../../../files/test/node/temporary-folder';

beforeAll(() => useBackend('cpu'));

const config: ModelConfig = {
  family: 'hrm',
  vocabSize: 5,
  seqLen: 4,
  hiddenSize: 8,
  hLayers: 1,
  lLayers: 1,
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 3 },
};

/** The values of a model of this seed. */
async function valuesOf(seed: number): Promise<Map<string, HostTensor>> {
  const model = buildModel(config, { seed });
  const values = new Map(await parameterValues(model));
  model.dispose();
  return values;
}

/** A run with a best of step 10, and a newest of step 20 that has averages, by official names as `hrm train` writes them. */
async function makeRun({ described = { model: config } as object } = {}) {
  const run = temporaryFolder();
  writeFileSync(join(run, 'config.json'), JSON.stringify(described));
  const [best, newest, averages] = await Promise.all([1, 2, 3].map(valuesOf)) as [Map<string, HostTensor>, Map<string, HostTensor>, Map<string, HostTensor>]; // prettier-ignore
  // What is not trained has no average.
  averages.delete('initialLatents.zH');
  averages.delete('initialLatents.zL');
  const store = await CheckpointStore.open(run);
  const optimizer = new Map([['m', newest.get('halting.head.bias')!]]);
  await store.save({ step: 10, files: { weights: weightsToOfficial(best), optimizer }, state: null, metric: 1 });
  await store.save({ step: 20, files: { weights: weightsToOfficial(newest), ema: weightsToOfficial(averages), optimizer }, state: null, metric: 0.5 }); // prettier-ignore
  return { run, best, newest, averaged: new Map([...newest, ...averages]) };
}

describe('a run is loaded', () => {
  test('with its averaged weights, and gives the same answers after it is saved and loaded as one file', async () => {
    const { run, averaged } = await makeRun();
    const before = tf.memory().numTensors;
    const { model, step, averaged: isAveraged } = await loadRun(run);
    expect([step, isAveraged]).toEqual([20, true]);
    expect(await parameterValues(model)).toEqual(averaged);
    const again = loadModel(await saveModel(model));
    expect(await parameterValues(again)).toEqual(averaged);
    const puzzle = [1, 2, 3, 4];
    expect(await again.solve(puzzle)).toEqual(await model.solve(puzzle));
    for (const one of [model, again]) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('with the chosen weights or checkpoint', async () => {
    const { run, best, newest } = await makeRun();
    expect(await readWeights(run, { weights: 'own' })).toMatchObject({ values: newest, averaged: false, step: 20 });
    expect(await readWeights(run, { checkpoint: 'best' })).toMatchObject({ values: best, averaged: false, step: 10 });
  });

  test('with a given config, if it has none', async () => {
    const { run } = await makeRun({ described: {} });
    await expect(loadRun(run)).rejects.toThrow(
      /config\.json: it does not have the model.*loadRun\(run, \{ config \}\)/,
    );
    const { model } = await loadRun(run, { config });
    expect(model.config).toEqual(config);
    model.dispose();
  });

  test.each<[string, () => Promise<string> | string, RegExp]>([
    ['no folder', () => '/no/such/run', /config\.json: it cannot be read \(ENOENT/],
    ['no checkpoint', () => {
      const run = temporaryFolder();
      writeFileSync(join(run, 'config.json'), JSON.stringify({ model: config }));
      return run;
    }, /there is no checkpoint yet; expected one; train, or import a run, first/],
    ['no valid JSON', () => {
      const run = temporaryFolder();
      writeFileSync(join(run, 'config.json'), '{');
      return run;
    }, /config\.json: it is not valid JSON/],
  ])('but not if it has %s', async (_name, make, message) => {
    const error: unknown = await loadRun(await make()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as Error).message).toMatch(message);
  }); // prettier-ignore

  test('but not with weights of another config, and no tensor is left', async () => {
    const { run } = await makeRun();
    const before = tf.memory().numTensors;
    await expect(loadRun(run, { config: { ...config, hiddenSize: 16 } })).rejects.toThrow('do not fit the model');
    expect(tf.memory().numTensors).toBe(before);
  });
});
