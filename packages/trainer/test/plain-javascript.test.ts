import { mixerBlock } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRun, readWeights } from '../src/checkpoint';
import * as trainer from '../src/index';
import { useBackend } from '../../layers/test/backends';

const js = (value: unknown) => value as never;
const { adamAtan2, adamW, evaluate, signSgd, Trainer } = trainer;
let model: ReturnType<typeof hrm>;
let made: trainer.Trainer;

beforeAll(async () => {
  await useBackend('cpu');
  model = hrm({
    vocabSize: 4,
    seqLen: 2,
    hiddenSize: 8,
    hLayers: 1,
    lLayers: 1,
    block: mixerBlock(),
    schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
  });
  made = new Trainer(model, { optimizer: adamAtan2({ learningRate: 1e-3 }) });
});

afterAll(() => {
  made.dispose();
  model.dispose();
});

const optimizer = () => adamAtan2({ learningRate: 1e-3 });

describe('a program in plain JavaScript gets a clear message:', () => {
  // prettier-ignore
  it.each<[string, () => unknown, string]>([
    ['a Trainer of nothing', () => new Trainer(js(undefined), js(undefined)), 'Trainer: the network is undefined, expected an object with the methods'],
    ['a Trainer without options', () => new Trainer(model, js(undefined)), 'Trainer: got undefined, expected an object with options (optimizer, '],
    ['a Trainer without optimizer', () => new Trainer(model, js({})), 'Trainer: optimizer is undefined, expected an object with the methods init, update, learningRate'],
    ['an optimizer that was not called', () => new Trainer(model, js({ optimizer: adamAtan2 })), 'Trainer: optimizer is the function adamAtan2, expected an object with the methods init, update, learningRate; did you forget to call it?'],
    ['an optimizer by name', () => new Trainer(model, js({ optimizer: 'adam' })), 'Trainer: optimizer is the string "adam"'],
    ['a puzzle optimizer that was not called', () => new Trainer(model, js({ optimizer: optimizer(), puzzleOptimizer: signSgd })), 'Trainer: puzzleOptimizer is the function signSgd'],
    ['an option that is not known', () => new Trainer(model, js({ optimizer: optimizer(), microbatch: 2 })), 'Trainer: there is no option "microbatch", expected optimizer, '],
    ['compile by name', () => new Trainer(model, js({ optimizer: optimizer(), compile: 'xla' })), 'Trainer: compile is the string "xla", expected a function'],
    ['a learning rate as text', () => adamAtan2(js({ learningRate: '1e-3' })), 'adamAtan2: learningRate is the string "1e-3", expected a number of at least 0, such as 1e-3, or a schedule'],
    ['no learning rate', () => adamW(js({})), 'adamW: learningRate is undefined'],
    ['a learning rate that is none', () => signSgd({ learningRate: NaN }), 'signSgd: learningRate is'],
    ['a negative learning rate', () => signSgd({ learningRate: -1 }), 'signSgd: learningRate is'],
    ['a weight decay as text', () => adamW(js({ learningRate: 1, weightDecay: '0.1' })), 'adamW: weightDecay is the string "0.1", expected a number of at least 0'],
    ['a weight decay as text of rows', () => signSgd(js({ learningRate: 1, weightDecay: '0.1' })), 'signSgd: weightDecay is the string "0.1", expected a number of at least 0'],
    ['the state of nothing', () => made.restore(js(undefined)), 'Trainer: the saved state is undefined, expected what state() gave'],
  ])('%s', (_, doIt, message) => {
    expect(doIt).toThrow(message);
  });

  // prettier-ignore
  it.each<[string, () => Promise<unknown>, string]>([
    ['no batch', () => made.trainBatch(js(undefined)), 'Trainer: the batch is undefined, expected an object with inputs, labels, puzzleIdentifiers, batchSize, seqLen'],
    ['a number for a batch', () => made.evaluate(js([1])), 'evaluate: the batch is the number 1, expected an object'],
    ['an end of evaluating there is not', () => made.evaluate([], js({ until: 'halt' })), `evaluate: until is the string "halt", expected 'end' or 'halted'`],
    ['nothing to evaluate', () => made.evaluate(js(undefined)), 'Trainer: evaluate: batches is undefined, expected a list or a generator of batches'],
    ['one batch to train on', () => made.train(js({ inputs: [] })).next(), 'Trainer: train: batches is an object with inputs, expected a list or a generator'],
    ['a function that makes batches', () => made.train(js(function* () {})).next(), 'Trainer: train: batches is '],
    ['an option of evaluating misspelled', () => evaluate(model, [], js({ untill: 'halted' })), 'evaluate: there is no option "untill", expected until, tokenLoss, '],
    ['the same of a trainer', () => made.evaluate([], js({ untill: 'halted' })), 'Trainer: evaluate: there is no option "untill", expected until, signal, '],
    ['no lanes', () => evaluate(model, [], { lanes: 0 }), 'evaluate: lanes is 0, expected a whole number of at least 1'],
    ['lanes by name', () => evaluate(model, [], js({ lanes: 'a' })), 'evaluate: lanes is the string "a", expected a whole number of at least 1'],
    ['part of a puzzle at a time', () => evaluate(model, [], { microBatch: 1.5 }), 'evaluate: microBatch is 1.5, expected a whole number of at least 1'],
    ['an option of training misspelled', () => made.train([], js({ maxStep: 3 })).next(), 'Trainer: train: there is no option "maxStep", expected maxSteps, signal'],
    ['steps that are no number', () => made.train([], { maxSteps: NaN }).next(), 'Trainer: train: maxSteps is'],
    ['steps as text', () => made.train([], js({ maxSteps: '5' })).next(), 'Trainer: train: maxSteps is the string "5", expected a number of steps'],
    ['null for options of training', () => made.train([], js(null)).next(), 'Trainer: train: got null, expected an object with options (maxSteps, signal)'],
    ['a choice of checkpoint misspelled', () => loadRun('.', js({ chekpoint: 'best' })), 'loadRun: there is no option "chekpoint", expected parts, config, checkpoint, '],
    ['a checkpoint there is not', () => readWeights('.', js({ checkpoint: 'x' })), `readWeights: checkpoint is the string "x", expected 'newest' or 'best'`],
    ['weights there are not', () => readWeights('.', js({ weights: 'x' })), `readWeights: weights is the string "x", expected 'averaged' or 'own'`],
    ['no folder', () => loadRun(js(undefined)), "loadRun: run is undefined, expected the path of a run's folder"],
  ])('%s', async (_, doIt, message) => {
    await expect(doIt).rejects.toThrow(message);
  });
});
