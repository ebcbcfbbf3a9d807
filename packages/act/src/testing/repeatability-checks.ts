import * as tf from '@tensorflow/tfjs-core';
import { disposeParameters, namedParameters, RandomStream, valueAndGradients } from '@hrm/layers';
import { expect } from 'vitest';
import { admitPuzzles, initialCarry } from '../carry';
import type { HaltingController } from '../halting-controller';
import { puzzleBatch } from '../puzzle-batch';
import { runSegment, superviseSegment } from '../segment';
import { softmaxCrossEntropy } from '../token-loss';
import type { ControllerCheck } from './controller-checks';
import { drawTensors, scramble } from './controller-subject';
import type { ProbeNetwork } from './probe-network';
import { replaceParts } from './replace-parts';

type Values = { [name: string]: number[] };

const valuesOf = (tensors: { [name: string]: tf.Tensor }): Values =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.dataSync()]]));

/**
 * Training, without an optimizer, on a stream of puzzles: new ones enter where others halt. What every segment gives is
 * a part of the result.
 */
function trainingStream(network: ProbeNetwork): { [name: string]: tf.Tensor } {
  const { halting } = network;
  const puzzleRandom = new RandomStream(5);
  const drawRandom = new RandomStream(6);
  const seen: { [name: string]: tf.Tensor } = {};
  let carry = initialCarry(network, 4);
  for (let k = 1; k <= halting.maxSegments + 2; k++) {
    const admitted = admitPuzzles(network, carry, puzzleBatch(network.puzzles(4, puzzleRandom)));
    const draws = drawTensors(halting, drawRandom, 4);
    const { gradients, auxiliary } = valueAndGradients(() => {
      const segment = runSegment(network, admitted, { training: true, draws });
      const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
      const { haltLogits, lookAhead } = segment;
      return { loss: total, auxiliary: { total, metrics, haltLogits, lookAhead, carry: segment.carry } };
    }, [network.outputWeight, ...namedParameters(halting).values()]);
    const { total, metrics, haltLogits, lookAhead } = auxiliary;
    carry = auxiliary.carry;
    gradients.forEach((gradient, i) => (seen[`${k} gradient ${i}`] = gradient));
    const totals = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.total]));
    const byPart = { metrics: totals, haltLogits, lookAhead, state: carry.halting };
    for (const [part, tensors] of Object.entries(byPart)) {
      for (const [name, tensor] of Object.entries(tensors)) seen[`${k} ${part} ${name}`] = tensor;
    }
    Object.assign(seen, { [`${k} total`]: total, [`${k} halted`]: carry.halted, [`${k} steps`]: carry.steps });
  }
  return seen;
}

const streamValues = (network: ProbeNetwork) => tf.tidy(() => valuesOf(trainingStream(network)));

const parameterValues = (controller: HaltingController) => valuesOf(Object.fromEntries(namedParameters(controller)));

const seeds: ControllerCheck = {
  title: 'starts, draws and trains alike from the same seed, 0 among them',
  check(subject) {
    for (const seed of [0, 7]) {
      const fromSeed = () =>
        subject.withNetwork(
          (network) => {
            const start = parameterValues(network.halting);
            scramble(network.halting);
            const drawn = network.halting.draw(new RandomStream(seed), 5);
            return { start, drawn, stream: streamValues(network) };
          },
          { seed },
        );
      expect(fromSeed()).toEqual(fromSeed());
    }
  },
};

const saving: ControllerCheck = {
  title: 'gives equal answers when its parameter values are copied to a fresh controller',
  check(subject) {
    subject.withNetwork((network) => {
      scramble(network.halting);
      const saved = parameterValues(network.halting);
      const expected = streamValues(network);
      scramble(network.halting, 0.5, 8);
      const random = new RandomStream(9);
      const fresh = subject.make({ hiddenSize: network.hiddenSize, random });
      try {
        const parameters = namedParameters(fresh);
        expect([...parameters.keys()], 'names of the parameters').toEqual(Object.keys(saved));
        tf.tidy(() => {
          for (const [name, parameter] of parameters) parameter.assign(tf.tensor(saved[name]!, parameter.shape));
        });
        expect(streamValues(replaceParts(network, { halting: fresh }))).toEqual(expected);
      } finally {
        disposeParameters(fresh);
      }
    });
  },
};

const leaks: ControllerCheck = {
  title: 'leaks no tensor: made, run, differentiated, disposed',
  check(subject) {
    const count = () => tf.memory().numTensors;
    const before = count();
    const controller = subject.make({ hiddenSize: 8, random: new RandomStream(0) });
    expect(count() - before, 'tensors made with the controller: its parameters').toBe(namedParameters(controller).size);
    const zH = tf.ones<tf.Rank.R3>([2, 5, 8]);
    const made = count();
    const logits = controller.logits(zH);
    expect(count() - made, 'tensors made by logits: those it returns').toBe(Object.keys(logits).length);
    const state = controller.initialState?.(2, { seqLen: 5 }) ?? {};
    expect(count() - made, 'tensors made by initialState: those it returns').toBe(
      Object.keys(logits).length + Object.keys(state).length,
    );
    for (const tensor of [zH, ...Object.values(logits), ...Object.values(state)]) tensor.dispose();
    disposeParameters(controller);
    expect(count() - before, 'tensors left when the controller is disposed').toBe(0);
    subject.withNetwork(streamValues);
    expect(count() - before, 'tensors left after training').toBe(0);
  },
};

/** Reads of a tensor's values, all of which would stop a recording. */
const reads = ['dataSync', 'data', 'arraySync', 'array', 'bytes', 'buffer', 'bufferSync', 'print'] as const;

const readsNothing: ControllerCheck = {
  title: 'reads no tensor value, so that a training step can be recorded',
  check(subject) {
    subject.withNetwork((network) => {
      const prototype = tf.Tensor.prototype as unknown as { [name: string]: unknown };
      const own = reads.map((name) => prototype[name]);
      try {
        for (const name of reads) {
          prototype[name] = () => {
            throw new Error(`the controller reads a tensor's values with ${name}()`);
          };
        }
        expect(() => tf.tidy(() => void trainingStream(network))).not.toThrow();
      } finally {
        reads.forEach((name, i) => (prototype[name] = own[i]));
      }
    });
  },
};

/** Relative to the largest number of a tensor: sums in another order differ by the size of their terms. */
function expectClose(got: Values, expected: Values, backend: string): void {
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [name, numbers] of Object.entries(expected)) {
    const bound = 1e-5 + 1e-4 * Math.max(...numbers.map(Math.abs));
    const worst = Math.max(...numbers.map((number, i) => Math.abs(number - got[name]![i]!)));
    expect(worst, `${name} on ${backend}: the largest difference`).toBeLessThanOrEqual(bound);
  }
}

const backends: ControllerCheck = {
  title: 'trains alike on every backend',
  applies: (subject) => subject.backends.length > 1,
  async check(subject) {
    const run = () =>
      subject.withNetwork((network) => {
        scramble(network.halting);
        return streamValues(network);
      });
    const [first, ...others] = subject.backends;
    await first!.use();
    const expected = run();
    for (const backend of others) {
      await backend.use();
      expectClose(run(), expected, backend.name);
    }
    await first!.use();
  },
};

/** That a run can be repeated: from its seed, from a file, elsewhere, for hours. */
export const repeatabilityChecks: readonly ControllerCheck[] = [seeds, saving, leaks, readsNothing, backends];
