import * as tf from '@tensorflow/tfjs-core';
import { disposeParameters, namedParameters, RandomStream, valueAndGradients } from '@hrm/layers';
import { brief, distanceOf, expectThat, PartFault } from '@hrm/layers/testing';
import type { HaltingController } from '../controllers/halting-controller';
import { softmaxCrossEntropy } from '../losses/token-loss';
import { admitPuzzles, initialCarry } from '../segment/carry';
import { puzzleTensors } from '../segment/puzzle-tensors';
import { runSegment } from '../segment/run-segment';
import { superviseSegment } from '../segment/supervise-segment';
import type { ControllerCheck } from './controller-check';
import { drawTensors, scramble } from './controller-subject';
import type { ProbeNetwork } from './probe-network';
import { replaceParts } from './replace-parts';

type Values = { [name: string]: number[] };

const valuesOf = (tensors: { [name: string]: tf.Tensor }): Values =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.dataSync()]]));

/**
 * Runs training segments, without an optimizer, on a stream of puzzles: new ones enter slots that halt. Returns the
 * outputs of every segment.
 */
function trainingStream(network: ProbeNetwork): { [name: string]: tf.Tensor } {
  const { halting } = network;
  const puzzleRandom = new RandomStream(5);
  const drawRandom = new RandomStream(6);
  const seen: { [name: string]: tf.Tensor } = {};
  let carry = initialCarry(network, 4);
  for (let k = 1; k <= halting.maxSegments + 2; k++) {
    const admitted = admitPuzzles(network, carry, puzzleTensors(network.puzzles(4, puzzleRandom)));
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

/** The first name whose values differ. */
const differing = (one: Values, other: Values) =>
  Object.keys(other).find((name) => one[name]?.join() !== other[name]!.join());

const parameterValues = (controller: HaltingController) => valuesOf(Object.fromEntries(namedParameters(controller)));

/** Faults of controllers that differ with the same seed. */
const seedFaults = {
  start:
    'two controllers with the same seed have different initial parameters: draw them from context.random, not from Math.random',
  drawn:
    'draw returns different numbers with the same seed: draw them from the given RandomStream, not from Math.random',
  stream:
    'two controllers with the same seed train differently: likely random numbers outside draw, or values kept outside the ' +
    'state',
};

const seeds: ControllerCheck = {
  title: 'starts, draws and trains the same with the same seed',
  check(subject) {
    for (const seed of [0, 7]) {
      const fromSeed = () =>
        subject.withNetwork(
          (network) => {
            const start = parameterValues(network.halting);
            scramble(network.halting);
            const drawn = network.halting.draw?.(new RandomStream(seed), 5);
            return { start, drawn, stream: streamValues(network) };
          },
          { seed },
        );
      const [one, other] = [fromSeed(), fromSeed()];
      const part = (['start', 'drawn', 'stream'] as const).find(
        (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
      );
      expectThat(part === undefined, () => seedFaults[part!]);
    }
  },
};

const saving: ControllerCheck = {
  title: 'gives the same results when its parameter values are copied to a new controller',
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
        const [names, had] = [[...parameters.keys()].join(', '), Object.keys(saved).join(', ')];
        expectThat(
          names === had,
          () =>
            `a controller has the parameters ${had}, a new one has ${names}: likely names with a counter or a random part`,
        );
        tf.tidy(() => {
          for (const [name, parameter] of parameters) parameter.assign(tf.tensor(saved[name]!, parameter.shape));
        });
        const name = differing(streamValues(replaceParts(network, { halting: fresh })), expected);
        expectThat(
          name === undefined,
          () =>
            `a new controller with the same parameter values trains differently (${name}): it uses a value that is not in ` +
            '"parameters"',
        );
      } finally {
        disposeParameters(fresh);
      }
    });
  },
};

const leaks: ControllerCheck = {
  title: 'leaks no tensor when it is made, run, differentiated and disposed',
  check(subject) {
    const count = () => tf.memory().numTensors;
    const before = count();
    const controller = subject.make({ hiddenSize: 8, random: new RandomStream(0) });
    const [made0, named] = [count() - before, namedParameters(controller).size];
    expectThat(
      made0 === named,
      () =>
        `the factory makes ${made0} tensors, but "parameters" has ${named} variables: put all variables there, and compute ` +
        'their initial values in tf.tidy',
    );
    const zH = tf.ones<tf.Rank.R3>([2, 5, 8]);
    const made = count();
    const logits = controller.logits?.(zH) ?? {};
    expectThat(
      count() - made === Object.keys(logits).length,
      () =>
        `logits makes ${count() - made} tensors and returns ${Object.keys(logits).length}: compute in tf.tidy without ` +
        'tf.keep, and return only new tensors',
    );
    const state = controller.initialState?.(2, { seqLen: 5 }) ?? {};
    const stateMade = count() - made - Object.keys(logits).length;
    expectThat(
      stateMade === Object.keys(state).length,
      () =>
        `initialState makes ${stateMade} tensors and returns ${Object.keys(state).length}: compute in tf.tidy, and make ` +
        'new ones each time',
    );
    for (const tensor of [zH, ...Object.values(logits), ...Object.values(state)]) tensor.dispose();
    disposeParameters(controller);
    expectThat(
      count() === before,
      () =>
        `${count() - before} tensors are left after the controller's parameters are disposed: put all its variables in "parameters"`,
    );
    subject.withNetwork(streamValues);
    expectThat(
      count() === before,
      () => `${count() - before} tensors are left after training: likely a tf.keep in decide or losses`,
    );
  },
};

/** Methods that read tensor values. A recorded step must not call them. */
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
            throw new PartFault(
              `the controller reads the values of a tensor with ${name}(), so a training step cannot be recorded: compute with ` +
                'tensors instead, for example tf.where',
            );
          };
        }
        tf.tidy(() => void trainingStream(network));
      } finally {
        reads.forEach((name, i) => (prototype[name] = own[i]));
      }
    });
  },
};

function expectClose(got: Values, expected: Values, backend: string, first: string): void {
  for (const [name, numbers] of Object.entries(expected)) {
    const { distance, isSame } = distanceOf(got[name] ?? [], numbers);
    expectThat(
      isSame,
      () =>
        `training on ${backend} differs from ${first} (segment ${name}, by ${brief(distance)}): likely numbers that are not finite, ` +
        'random numbers, or a branch on tf.getBackend()',
    );
  }
}

const backends: ControllerCheck = {
  title: 'trains the same on every backend',
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
      expectClose(run(), expected, backend.name, first!.name);
    }
    await first!.use();
  },
};

/** Requirements for repeatable runs: seeds, saved parameters, no leaks, recording, backends. */
export const repeatabilityChecks: readonly ControllerCheck[] = [seeds, saving, leaks, readsNothing, backends];
