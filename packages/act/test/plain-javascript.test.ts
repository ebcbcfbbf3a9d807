import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as act from '../src/index';
import { ProbeNetwork } from '../src/testing/probe-network';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const js = (value: unknown) => value as never;
const context = { hiddenSize: 8, random: new RandomStream(0) };

describe('in plain JavaScript there is a clear error for', () => {
  // prettier-ignore
  it.each<[string, () => unknown, string]>([
    ['fixedSteps without a number', () => act.fixedSteps(js(undefined)), 'fixedSteps: got undefined, expected an object with options (segments)'],
    ['a controller with null', () => act.haltOnly(js(null)), 'haltOnly: got null, expected an object with options'],
    ['a controller with a number', () => act.unchangedAnswer(js(2)), 'unchangedAnswer: got the number 2, expected an object with options (segments, maxSegments)'],
    ['a factory passed on, not called', () => new ProbeNetwork(js(act.qLearningHalting)), 'call it where you pass it to the model: qLearningHalting({ ... })'],
    ['a controller in the place of its factory', () => new ProbeNetwork(js(act.haltOnly()(context))), 'ProbeNetwork: halting is an object with name, maxSegments, rightLogit, parameters, draw, logits, decide, losses, expected a function that makes it'],
    ['a factory that makes a factory', () => new ProbeNetwork(js(() => act.haltOnly())), 'ProbeNetwork: what halting made is a function, expected an object with a method decide; did you forget to call it?'],
    ['a controller without decide', () => new ProbeNetwork(js(() => ({ maxSegments: 2, parameters: {}, losses() {} }))), '(decide is missing)'],
    ['a controller whose losses are not a function', () => new ProbeNetwork(js(() => ({ decide() {}, losses: 3 }))), '(losses is missing)'],
    ['a controller without parameters', () => new ProbeNetwork(js(() => ({ decide() {}, maxSegments: 3 }))), 'ProbeNetwork: what halting made has the parameters undefined, expected a tree of variables and layers'],
    ['a controller without maxSegments', () => new ProbeNetwork(js(() => ({ decide() {}, parameters: {} }))), 'ProbeNetwork: what halting made: maxSegments is undefined, expected a whole number from 1 to 10000'],
    ['a controller as a member', () => act.any(js(act.haltOnly()(context))), 'any: controller 1 is an object with name, maxSegments, rightLogit, parameters, draw, logits, decide, losses, expected a function that makes it when the model is made, such as haltOnly()'],
    ['a list of members', () => act.all(js([act.haltOnly()])), 'all: controller 1 is an array of 1, expected a function'],
    ['a member not called', () => act.any(act.haltOnly(), js(act.ponder))(context), 'call it where you pass it to the model: ponder({ ... })'],
    ['a member that makes nothing', () => act.any(js(() => undefined))(context), 'any: what a factory made is undefined, expected an object with a method decide'],
  ])('%s', (_, doIt, message) => {
    expect(doIt).toThrow(message);
  });
});
