import { haltOnly, qLearningHalting } from '@hrm/act';
import { mixerBlock } from '@hrm/layers';
import { buildModel, hrm, loadModel, RecursiveReasoner, serializeModel, withParts, Solver, trm } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const js = (value: unknown) => value as never;
const sizes = { vocabSize: 4, seqLen: 3, hiddenSize: 8 };
// prettier-ignore
const config = { family: 'hrm', ...sizes, block: { type: 'mixer' }, schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 }, halting: { type: 'halt-only' } } as const;

describe('in plain JavaScript there is a clear error for', () => {
  // prettier-ignore
  it.each<[string, () => unknown, string]>([
    ['no options', () => hrm(js(undefined)), 'hrm: got undefined, expected an object with options (hLayers, lLayers, vocabSize, '],
    ['no sizes', () => trm(js({})), 'RecursiveReasoner: vocabSize is undefined, expected a whole number of at least 1'],
    ['an option misspelled', () => hrm(js({ ...sizes, hiddensize: 8 })), 'hrm: there is no option "hiddensize", expected hLayers, '],
    ['an option of the other model', () => trm(js({ ...sizes, hLayers: 2 })), 'trm: there is no option "hLayers", expected layers, '],
    ['a block by name', () => hrm({ ...sizes, block: js('mixer') }), 'block is the string "mixer", expected a function that makes it when the model is made, such as mixerBlock()'],
    ['a block not called', () => hrm({ ...sizes, block: js(mixerBlock) }), 'call it where you pass it to the model: mixerBlock({ ... })'],
    ['a schedule not called', () => hrm({ ...sizes, schedule: js(oneStepGradient) }), 'schedule is the function oneStepGradient, expected an object with a method refine; did you forget to call it?'],
    ['a controller not called', () => hrm({ ...sizes, halting: js(qLearningHalting) }), 'call it where you pass it to the model: qLearningHalting({ ... })'],
    ['a controller made already', () => hrm({ ...sizes, halting: js({ name: 'mine' }) }), 'halting is an object with name, expected a function that makes it'],
    ['a factory of a factory', () => hrm({ ...sizes, halting: js(() => haltOnly()) }), 'what halting made is a function, expected an object with a method decide'],
    ['no levels', () => new RecursiveReasoner(js({ ...sizes })), 'RecursiveReasoner: levels is undefined, expected a function'],
    ['no config', () => buildModel(js(undefined)), 'model: got undefined, expected an object with options (family, '],
    ['a config without a block', () => buildModel(js({ ...config, block: undefined })), 'block: got undefined, expected an object such as { "type": "attention" }'],
    ['a part by its name alone', () => buildModel(js({ ...config, halting: 'halt-only' })), 'halting: got the string "halt-only", expected an object such as { "type": "q-learning" }'],
    ['no file to load', () => loadModel(js(undefined)), 'loadModel: bytes is undefined, expected the whole file as a Uint8Array'],
    ['the path of a file', () => loadModel(js('model.safetensors')), 'loadModel: bytes is the string "model.safetensors", expected the whole file as a Uint8Array'],
    ['an option of loading misspelled', () => loadModel(new Uint8Array(8), js({ part: {} })), 'loadModel: there is no option "part", expected parts, config, grid, path'],
    ['an option of building misspelled', () => buildModel(config, js({ sead: 3 })), 'buildModel: there is no option "sead", expected seed, parts'],
    ['null for options of building', () => buildModel(config, js(null)), 'buildModel: got null, expected an object with options (seed, parts)'],
    ['a maker that returns nothing', () => buildModel({ ...config, block: { type: 'mine' } }, { parts: withParts({ blocks: { mine: js(() => {}) } }) }), 'block: the maker of "mine" returned undefined; expected the block'],
    ['a maker that fails', () => buildModel({ ...config, block: { type: 'mine' } }, { parts: withParts({ blocks: { mine: js(() => { throw new Error('boom'); }) } }) }), 'block: the maker of "mine" failed: boom'],
    ['an async maker', () => buildModel({ ...config, block: { type: 'mine' } }, { parts: withParts({ blocks: { mine: js(async () => ({})) } }) }), 'block: the maker of "mine" returned a promise; it cannot be async; expected the block'],
    ['a maker that is not a function', () => withParts({ blocks: { mine: js(3) } }), 'withParts: the block "mine" is the number 3, expected a function'],
    ['an option of saving misspelled', () => serializeModel(config, new Map(), js({ precison: 'float16' })), 'saveModel: there is no option "precison", expected precision, metadata'],
    ['parts of an unknown kind', () => withParts(js({ block: {} })), 'withParts: there is no option "block", expected blocks, schedules, halting'],
  ])('%s', (_, doIt, message) => {
    expect(doIt).toThrow(message);
  });

  // prettier-ignore
  it.each<[string, unknown]>([
    ['nothing', undefined], ['null', null], ['a number', 3], ['a number in a tree', { scale: 3 }],
  ])('a block whose parameters are %s, and no tensor is left', (_, parameters) => {
    const before = tf.memory().numTensors;
    expect(() => hrm({ ...sizes, block: js(() => ({ apply: (x: unknown) => x, parameters })) })).toThrow('what block made');
    expect(() => hrm({ ...sizes, halting: js(() => ({ decide() {}, maxSegments: 3, parameters })) })).toThrow('what halting made');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a model that has been disposed of', async () => {
    const model = hrm({ ...sizes, hLayers: 1, lLayers: 1 });
    const solver = new Solver(model);
    model.dispose();
    const before = tf.memory().numTensors;
    await expect(model.solve([1, 2, 3])).rejects.toThrow('the model has been disposed of; make another one');
    await expect(solver.solve([1, 2, 3])).rejects.toThrow('the model has been disposed of; make another one');
    expect(tf.memory().numTensors).toBe(before);
  });

  // prettier-ignore
  it.each<[string, object, string]>([
    ['an end of solving there is not', { until: 'halt' }, "Solver: until is the string \"halt\", expected 'end' or 'halted'"],
    ['an option of solving misspelled', { untill: 'halted' }, 'Solver: there is no option "untill", expected until, segments, signal'],
  ])('%s', async (_, options, message) => {
    const model = hrm({ ...sizes, hLayers: 1, lLayers: 1 });
    await expect(model.solve([1, 2, 3], options)).rejects.toThrow(message);
    await expect(new Solver(model).stream([1, 2, 3], options).next()).rejects.toThrow(message);
    model.dispose();
  });
});
