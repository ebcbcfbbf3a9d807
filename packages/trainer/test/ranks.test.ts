import * as tf from '@tensorflow/tfjs-core';
import { ranksInProcess, type Communicator } from '@hrm/distributed';
import type { NamedHostTensors } from '@hrm/files';
import { namedParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { adamW, NonFiniteError, Trainer, type StepEvent, type TrainerOptions, type TrainerState } from '@hrm/trainer';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('cpu'));

interface Training {
  ranks: number;
  network?: () => RecursiveReasoner;
  options?: Partial<TrainerOptions>;
  steps?: number;
  from?: TrainerState;
}

/** What each rank of a training ends with. */
interface Outcome {
  state: TrainerState;
  events: Omit<StepEvent, 'seconds' | 'samplesPerSecond'>[];
  evaluations: unknown[];
}

const batches = reversalBatches(60, { batchSize: 8 });

/** Runs a function for each rank of one process. */
const onRanks = <T>(ranks: number, run: (communicator: Communicator) => Promise<T>) =>
  Promise.all(ranksInProcess(ranks).map(run));

/** Makes a model want to halt after each segment. Then exploration decides when a puzzle halts. */
function haltingAtOnce(model: RecursiveReasoner): RecursiveReasoner {
  const [bias] = [...namedParameters(model)].filter(([name]) => /^halting.*bias$/.test(name)).map(([, value]) => value);
  tf.tidy(() => bias!.assign(tf.tensor1d([1, -1])));
  return model;
}

/** Trains with several ranks, each with a model and a trainer of its own. */
function train({ ranks, network = smallHrm, options = {}, steps = 50, from }: Training): Promise<Outcome[]> {
  return onRanks(ranks, async (communicator) => {
    const model = haltingAtOnce(network());
    const trainer = smallTrainer(model, { ...options, communicator: ranks === 1 ? undefined : communicator });
    if (from) trainer.restore(from);
    const events: Outcome['events'] = [];
    for await (const event of trainer.train(batches.slice(trainer.steps), { maxSteps: steps })) {
      const { seconds: _, samplesPerSecond: __, ...rest } = event;
      events.push(rest);
    }
    const evaluations = [
      await trainer.evaluate(batches.slice(50, 53)),
      await trainer.evaluate(batches.slice(50, 53), { until: 'halted' }),
    ];
    const state = await trainer.state();
    trainer.dispose();
    model.dispose();
    return { state, events, evaluations };
  });
}

const numbers = (tensors: NamedHostTensors) => [...tensors].flatMap(([, { data }]) => Array.from(data as Float32Array));

/** The largest difference, as a share of what is allowed: 1e-5 + 1e-4 of the value. */
function worst(found: NamedHostTensors, expected: NamedHostTensors): number {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  const [a, b] = [numbers(found), numbers(expected)];
  expect(a.length).toBe(b.length);
  return Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!) / (1e-5 + 1e-4 * Math.abs(b[i]!))));
}

/** Expects the same training within rounding: the same puzzles, decisions and counts, and close weights. */
function expectSameTraining(found: Outcome, expected: Outcome): void {
  for (const part of ['weights', 'ema', 'optimizer'] as const) {
    expect(worst(found.state[part], expected.state[part]), part).toBeLessThan(1);
  }
  const isDecision = (name: string) => !['zH', 'zL'].includes(name);
  const decisions = ({ state }: Outcome) => [...state.carry].filter(([name]) => isDecision(name));
  expect(decisions(found)).toEqual(decisions(expected));
  expect(found.state.random).toEqual(expected.state.random);
  expect(found.events.map(({ haltingSteps }) => haltingSteps)).toEqual(
    expected.events.map(({ haltingSteps }) => haltingSteps),
  );
  for (const [i, { metrics }] of found.events.entries()) {
    expect(Object.keys(metrics)).toEqual(Object.keys(expected.events[i]!.metrics));
    for (const [name, value] of Object.entries(metrics)) {
      expect(value, name).toBeCloseTo(expected.events[i]!.metrics[name]!, 3);
    }
  }
}

const options = { optimizer: adamW({ learningRate: 1e-3, weightDecay: 0.1 }) };

/** How many rows were computed is the ranks' own: each shrinks its share of a batch. */
const figures = (evaluations: unknown): unknown =>
  JSON.parse(
    JSON.stringify(evaluations, (name, one: unknown) =>
      name === 'rowsComputed' ? undefined : typeof one === 'number' ? Number(one.toFixed(3)) : one,
    ),
  );

test('2 and 4 ranks train and evaluate as one process', async () => {
  const [one] = await train({ ranks: 1, options });
  const halted = one!.events.flatMap(({ haltingSteps }) => haltingSteps);
  expect(halted.filter((count) => count > 0).length).toBeGreaterThan(50);
  for (const ranks of [2, 4]) {
    const outcomes = await train({ ranks, options });
    for (const outcome of outcomes) {
      expectSameTraining(outcome, one!);
      expect(figures(outcome.evaluations)).toEqual(figures(one!.evaluations));
      // All ranks have the same bits.
      expect(outcome).toEqual(outcomes[0]);
    }
  }
});

// These ranks sum in the order in which one process sums the parts of a batch.
test.each<[string, Omit<Training, 'ranks'>]>([
  ['HRM with AdamATan2', {}],
  ['TRM', { network: smallTrm }],
  ['several segments per update', { options: { segmentsPerUpdate: 2 } }],
])('ranks train as one process with the same number of lanes, bit for bit: %s', async (_, training) => {
  const [one] = await train({ ...training, ranks: 1, steps: 8, options: { ...training.options, lanes: 2 } });
  const [two] = await train({ ...training, ranks: 2, steps: 8 });
  expect(two!.state.weights).toEqual(one!.state.weights);
  expect(two!.state.carry).toEqual(one!.state.carry);
  expect(two!.events.map(({ haltingSteps }) => haltingSteps)).toEqual(
    one!.events.map(({ haltingSteps }) => haltingSteps),
  );
});

test('the share of a rank is split into micro-batches', async () => {
  const [whole] = await train({ ranks: 2, options, steps: 6 });
  const [split] = await train({ ranks: 2, options: { ...options, microBatch: 1, lanes: 2 }, steps: 6 });
  expectSameTraining(split!, whole!);
});

test('two runs with the same number of ranks are the same, bit for bit', async () => {
  expect(await train({ ranks: 2, steps: 6 })).toEqual(await train({ ranks: 2, steps: 6 }));
});

test('gradients that travel as bfloat16 train nearly as well, and all ranks have the same bits', async () => {
  const [whole] = await train({ ranks: 2, options, steps: 15 });
  const outcomes = await train({ ranks: 2, options: { ...options, wire: 'bfloat16' }, steps: 15 });
  expect(outcomes[1]).toEqual(outcomes[0]);
  const loss = ({ events }: Outcome) =>
    events.reduce((sum, { metrics }) => sum + metrics['tokenLoss']!, 0) / events.length;
  expect(outcomes[0]!.state.weights).not.toEqual(whole!.state.weights);
  expect(Math.abs(loss(outcomes[0]!) - loss(whole!))).toBeLessThan(0.02 * loss(whole!));
  const model = smallHrm();
  expect(() => smallTrainer(model, { wire: 'float16' as 'float32' })).toThrow(
    "Trainer: wire is the string \"float16\", expected 'float32' or 'bfloat16'",
  );
  model.dispose();
});

/** Two ranks train two steps, and rank 1 changes a weight before one of them. */
const withOtherWeight = (change: number, before: 1 | 2) =>
  onRanks(2, async (communicator) => {
    const model = smallHrm();
    const trainer = smallTrainer(model, { ...options, communicator });
    const [weight] = [...namedParameters(model).values()];
    try {
      for (const step of [1, 2]) {
        if (communicator.rank === 1 && step === before) tf.tidy(() => weight!.assign(tf.add(weight!, change)));
        await trainer.trainBatch(batches[step]!);
      }
      return await trainer.state();
    } catch (error) {
      return (error as Error).message;
    } finally {
      trainer.dispose();
      model.dispose();
    }
  });

test('ranks whose weights differ by rounding get those of rank 0, at the start and with each state', async () => {
  expect(await withOtherWeight(1e-7, 1)).toEqual(await withOtherWeight(0, 1));
  const [first, second] = await withOtherWeight(1e-7, 2);
  expect(second).toEqual(first);
});

test.each([1, 2] as const)('a rank with other weights is refused: step %i', async (before) => {
  for (const message of await withOtherWeight(1, before)) {
    expect(message).toContain(
      'Trainer: rank 1 on this process has other weights or optimizer state than rank 0 on this process',
    );
  }
});

test('a training is resumed with another number of ranks', async () => {
  const [whole] = await train({ ranks: 1, options, steps: 12 });
  const [half] = await train({ ranks: 4, options, steps: 6 });
  for (const ranks of [1, 2]) {
    const [rest] = await train({ ranks, options, steps: 12, from: half!.state });
    expectSameTraining(rest!, { ...whole!, events: whole!.events.slice(6) });
  }
});

test('a step that is not finite is refused by all ranks', async () => {
  const errors = await onRanks(2, async (communicator) => {
    const model = smallHrm();
    const trainer = smallTrainer(model, { optimizer: adamW({ learningRate: 1e39, weightDecay: 0 }), communicator });
    const error: unknown = await trainer.trainBatch(batches[0]!).catch((thrown: unknown) => thrown);
    await communicator.barrier();
    const state = await trainer.state();
    trainer.dispose();
    model.dispose();
    return { error, step: state.step };
  });
  for (const { error, step } of errors) {
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(step).toBe(0);
  }
});

test('no tensor is left, after steps, a failure and an evaluation', async () => {
  const before = tf.memory().numTensors;
  await train({ ranks: 2, steps: 3 });
  await onRanks(2, async (communicator) => {
    const model = smallHrm();
    const trainer = smallTrainer(model, { communicator });
    // The other ranks end while this one waits for their gradients.
    if (communicator.rank === 0) await expect(trainer.trainBatch(batches[0]!)).rejects.toThrow('rank 1 ended all');
    else communicator.abort(1);
    trainer.dispose();
    model.dispose();
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('a batch that the ranks cannot share equally is refused', async () => {
  const model = smallHrm();
  const [communicator] = ranksInProcess(3);
  const trainer = smallTrainer(model, { communicator });
  await expect(trainer.trainBatch(batches[0]!)).rejects.toThrow(
    'Trainer: a batch of 8 cannot be shared by 3 ranks, expected a multiple of 3',
  );
  trainer.dispose();
  const notOne = { ...options, communicator: {} as Communicator };
  expect(() => new Trainer(model, notOne)).toThrow('Trainer: communicator');
  model.dispose();
});
