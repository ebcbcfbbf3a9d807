import * as tf from '@tensorflow/tfjs-core';
import * as act from '@hrm/act';
import * as actInternal from '@hrm/act/internal';
import * as layers from '@hrm/layers';
import * as layersInternal from '@hrm/layers/internal';
import * as models from '@hrm/models';
import * as modelsInternal from '@hrm/models/internal';
import * as library from '@hrm/trainer';
import * as libraryInternal from '@hrm/trainer/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../../layers/test/backends';
import { Faults, type FaultKind } from '../faults';
import { actCalls } from './act-calls';
import { fixture, type Calls } from './call';
import { layerCalls } from './layer-calls';
import { modelCalls } from './model-calls';
import { trainerCalls } from './trainer-calls';

beforeAll(() => useBackend('cpu'));

const { disposeAll } = layers;
const calls: Calls = { ...layerCalls, ...actCalls, ...modelCalls, ...trainerCalls };

/** At most `most` of the numbers below `count`, evenly spread. */
const spread = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(count, most) }, (_, i) => Math.floor((i * count) / Math.min(count, most)));

/** How many places of each kind are made to fail. */
const MOST: { [K in FaultKind]: number } = { operation: 12, read: 30, 'own function': 30 };

describe('a call that fails leaves no tensor behind', () => {
  it.each(Object.entries(calls))('%s', async (_, { call }) => {
    const faults = new Faults();
    const at = { ...fixture(), faults };
    // The first call may register or keep things for good. They are not counted.
    disposeAll(await call(at));
    const before = tf.memory().numTensors;
    disposeAll(await faults.run(() => call(at)));
    expect(tf.memory().numTensors, 'left by a call that succeeds').toBe(before);
    const counts = { ...faults.counts };
    const leaks: string[] = [];
    for (const kind of ['own function', 'read', 'operation'] as const) {
      for (const index of spread(counts[kind], MOST[kind])) {
        const failed = await faults.run(() => call(at), { kind, index }).then(disposeAll, (error: Error) => error);
        if (!failed) leaks.push(`${kind} ${index}: the call succeeded`);
        const left = tf.memory().numTensors - before;
        if (left !== 0) leaks.push(`${kind} ${index} of ${counts[kind]}: ${left} tensors`);
        if (left !== 0) break;
      }
    }
    expect(leaks).toEqual([]);
    disposeAll(await call(at));
    expect(tf.memory().numTensors, 'left by the call once nothing fails any more').toBe(before);
    for (const tensors of [at.carry, at.offered, at.x, at.input]) disposeAll(tensors);
    at.trainer.dispose();
    at.network.dispose();
  });
});

/** Exports that make no tensors of their own: choices of parts, checks, numbers and texts. */
// prettier-ignore
const WITHOUT_TENSORS = [
  'uncompiled', 'hasBfloat16', 'PRECISIONS', 'callTogether', 'countParameters', 'describeValue', 'expectFactory',
  'expectOptions', 'expectChoice', 'expectLayer', 'expectPart', 'expectReturned', 'haltingDraws', 'expectIterable',
  'throwIfAborted', 'expectRandom', 'expectShape', 'expectSizes', 'expectDecay', 'expectNotNegative',
  'expectPositiveShare', 'expectShare', 'expectWidth', 'namedParameters', 'parameterKinds', 'RandomStream',
  'ShapeError', 'swigluInnerSize', 'all', 'any', 'atLeast', 'expectController', 'continueTarget',
  'expectPuzzleIdentifiers', 'expectPuzzles', 'expectTokens', 'haltingHistogram', 'haltingProbability', 'chooseAnswer', 'scoreAnswers',
  'withParts', 'modelConfigFromOfficial', 'nameFromOfficial', 'nameToOfficial', 'weightsFromOfficial',
  'weightsToOfficial', 'shapesToOfficial', 'serializeModel', 'expectModelSizes', 'standardParts', 'meanMetrics',
  'NonFiniteError', 'warmupCosine',
];

/** Controllers that the test kit of `@hrm/act` makes fail. */
// prettier-ignore
const CONTROLLERS = [
  'fixedSteps', 'gravesAct', 'haltOnly', 'ponder', 'qLearningHalting', 'residualHalting', 'unchangedAnswer',
];

it('every export that makes tensors is among these calls', () => {
  const covered = Object.values(calls).flatMap(({ covers }) => covers);
  const known = new Set([...covered, ...WITHOUT_TENSORS, ...CONTROLLERS]);
  const main = [layers, act, models, library];
  const internal = [layersInternal, actInternal, modelsInternal, libraryInternal];
  const names = [...main, ...internal].flatMap((exported) => Object.keys(exported));
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});
