import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { namedParameters } from '@hrm/layers';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import type { RecursiveReasoner } from '@hrm/models';
import {
  adamAtan2,
  adamW,
  evaluate,
  NonFiniteError,
  signSgd,
  Trainer,
  warmupCosine,
  type StepEvent,
  type TrainerState,
} from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

/** What tells one state from another, down to the last bit. */
function bitsOf(state: TrainerState): { [name: string]: string } {
  const bits: { [name: string]: string } = { step: String(state.step), random: state.random.join() };
  for (const part of ['weights', 'ema', 'optimizer', 'carry'] as const) {
    for (const [name, { data }] of state[part]) {
      bits[`${part}/${name}`] = createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex')
        .slice(0, 16);
    }
  }
  return bits;
}

/** Of two states, the names of what differs. */
async function differences(a: Trainer, b: Trainer): Promise<string[]> {
  const [first, second] = [bitsOf(await a.state()), bitsOf(await b.state())];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].filter((name) => first[name] !== second[name]);
}

async function train(trainer: Trainer, batches: Iterable<PuzzleBatch>): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const event of trainer.train(batches)) events.push(event);
  return events;
}

/** What an event tells but the time it took. */
const told = ({ step, metrics, haltingSteps, learningRate }: StepEvent) => ({
  step,
  metrics,
  haltingSteps,
  learningRate,
});

function free(...trainers: Trainer[]): void {
  for (const trainer of trainers) {
    trainer.dispose();
    (trainer.network as RecursiveReasoner).dispose();
  }
}

/** Makes a network's head say at once that it is done, so that halting and exploration matter from the start. */
function eagerToHalt<Network extends RecursiveReasoner>(network: Network): Network {
  tf.tidy(() =>
    namedParameters(network)
      .get('halting.head.bias')!
      .assign(tf.tensor1d([5, -5])),
  );
  return network;
}

describe.each([
  ['HRM', smallHrm],
  ['TRM', smallTrm],
] as const)('training a small %s', (_, makeNetwork) => {
  it('from the same seeds gives the same weights to the last bit', async () => {
    const [a, b] = [smallTrainer(eagerToHalt(makeNetwork(0))), smallTrainer(eagerToHalt(makeNetwork(0)), { seed: 0 })];
    const events = [await train(a, reversalBatches(20)), await train(b, reversalBatches(20))];
    expect(await differences(a, b)).toEqual([]);
    expect(events[1]!.map(told)).toEqual(events[0]!.map(told));
    expect(a.steps).toBe(20);
    free(a, b);
  });

  it('from another seed, of the weights or of the exploration, does not', async () => {
    const trainers = [
      smallTrainer(eagerToHalt(makeNetwork(0))),
      smallTrainer(eagerToHalt(makeNetwork(1))),
      smallTrainer(eagerToHalt(makeNetwork(0)), { seed: 1 }),
    ] as const;
    for (const trainer of trainers) await train(trainer, reversalBatches(6));
    const [a, otherWeights, otherExploration] = trainers;
    const changed = 'weights/outputHead.weight';
    expect(await differences(a, otherWeights)).toContain(changed);
    expect(await differences(a, otherExploration)).toContain(changed);
    free(...trainers);
  });

  it('goes on from a saved state as if it had never stopped', async () => {
    const batches = reversalBatches(16);
    const [whole, before] = [smallTrainer(makeNetwork(0)), smallTrainer(makeNetwork(0))];
    const events = await train(whole, batches);
    await train(before, batches.slice(0, 7));
    const saved = await before.state();
    const after = smallTrainer(makeNetwork(5), { seed: 9 });
    await train(after, reversalBatches(2, { seed: 3 }));
    after.restore(saved);
    expect(after.steps).toBe(7);
    expect(await differences(before, after)).toEqual([]);
    const eventsAfter = await train(after, batches.slice(7));
    expect(await differences(whole, after)).toEqual([]);
    expect(eventsAfter.map(told)).toEqual(events.slice(7).map(told));
    free(whole, before, after);
  });

  it('leaks no tensor over 100 steps, nor when all is freed', async () => {
    const before = tf.memory().numTensors;
    const trainer = smallTrainer(makeNetwork());
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 100; i++) await trainer.trainBatch(batch);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    await trainer.evaluate([batch]);
    await trainer.state();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    free(trainer);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learns', async () => {
    const network = makeNetwork(0, { hiddenSize: 32, maxSegments: 2 });
    const optimizer = adamAtan2({ learningRate: 0.005 });
    const trainer = smallTrainer(network, { optimizer, tokenLoss: softmaxCrossEntropy });
    const events = await train(trainer, reversalBatches(200, { batchSize: 8 }));
    const meanLoss = (some: StepEvent[]) =>
      some.reduce((sum, { metrics }) => sum + metrics['tokenLoss']!, 0) / some.length;
    expect(meanLoss(events.slice(0, 10))).toBeGreaterThan(1.2);
    expect(meanLoss(events.slice(-10))).toBeLessThan(0.7);
    // By chance it would be one in 256.
    const { exactAccuracy } = await trainer.evaluate(reversalBatches(2, { batchSize: 32, seed: 1 }));
    expect(exactAccuracy).toBeGreaterThan(0.1);
    free(trainer);
  });
});

describe('Trainer', () => {
  it('tells of each step: its number, rate and metrics, means over those who have just halted', async () => {
    const optimizer = adamAtan2({ learningRate: warmupCosine({ learningRate: 0.01, warmupSteps: 4, totalSteps: 8 }) });
    const trainer = smallTrainer(smallHrm(), { optimizer });
    const events = await train(trainer, reversalBatches(4));
    expect(events.map(({ type, step }) => [type, step])).toEqual([1, 2, 3, 4].map((step) => ['step', step]));
    events.forEach(({ learningRate }, i) => expect(learningRate).toBeCloseTo(0.0025 * (i + 1), 10));
    // Nobody halts at first, for halt and continue start equal; everyone has by the third segment.
    const counts = events.map(({ metrics }) => metrics['count']!);
    expect(counts[0]).toBe(0);
    expect(counts[1]! + counts[2]!).toBeGreaterThanOrEqual(4);
    for (const { metrics } of events) {
      if (metrics['count'] === 0) expect(metrics).not.toHaveProperty('steps');
      else expect(metrics['steps']! >= 1 && metrics['steps']! <= 3).toBe(true);
    }
    for (const { metrics, seconds, samplesPerSecond } of events) {
      for (const name of ['tokenLoss', 'haltLoss', 'continueLoss']) expect(metrics[name]).toBeGreaterThan(0);
      expect(samplesPerSecond).toBeCloseTo(4 / seconds, 6);
    }
    free(trainer);
  });

  it('stops at maxSteps, counted in all, and does not ask for a batch that it will not use', async () => {
    const trainer = smallTrainer(smallTrm());
    let asked = 0;
    function* endless() {
      for (;;) {
        asked++;
        yield reversalBatches(1)[0]!;
      }
    }
    for await (const { step } of trainer.train(endless(), { maxSteps: 3 })) expect(step).toBe(asked);
    for await (const { step } of trainer.train(endless(), { maxSteps: 4 })) expect(step).toBe(4);
    for await (const event of trainer.train(endless(), { maxSteps: 4 })) expect.unreachable(`step ${event.step}`);
    expect([trainer.steps, asked]).toEqual([4, 4]);
    free(trainer);
  });

  it('takes batches that arrive one by one', async () => {
    const trainer = smallTrainer(smallTrm());
    async function* arriving() {
      for (const batch of reversalBatches(2)) {
        await Promise.resolve();
        yield batch;
      }
    }
    for await (const event of trainer.train(arriving())) expect(event.type).toBe('step');
    expect(trainer.steps).toBe(2);
    free(trainer);
  });

  it('with one segment an update is as without saying so; with two learns another way, as exactly repeated', async () => {
    const two = { segmentsPerUpdate: 2 };
    const trainers = [
      smallTrainer(eagerToHalt(smallHrm())),
      smallTrainer(eagerToHalt(smallHrm()), { segmentsPerUpdate: 1 }),
      smallTrainer(eagerToHalt(smallHrm()), two),
      smallTrainer(eagerToHalt(smallHrm()), two),
    ] as const;
    const batches = reversalBatches(10);
    const events = [];
    for (const trainer of trainers.slice(0, 3)) events.push(await train(trainer, batches));
    const [plain, one, several, resumed] = trainers;
    expect(await differences(plain, one)).toEqual([]);
    expect(events[1]!.map(told)).toEqual(events[0]!.map(told));
    expect(await differences(plain, several)).toContain('weights/outputHead.weight');
    // Those who do not explore halt at the first segment of an update, and rest in the second.
    const halted = events.map((steps) =>
      steps.reduce((sums, { haltingSteps }) => sums.map((sum, i) => sum + haltingSteps[i]!), [0, 0, 0]),
    );
    for (const counts of halted) expect(Math.min(...counts)).toBeGreaterThan(0);

    await train(resumed, batches.slice(0, 4));
    const saved = await resumed.state();
    await train(resumed, reversalBatches(2, { seed: 5 }));
    resumed.restore(saved);
    await train(resumed, batches.slice(4));
    expect(await differences(several, resumed)).toEqual([]);
    const { numTensors } = tf.memory();
    await several.trainBatch(batches[0]!);
    expect(tf.memory().numTensors).toBe(numTensors);
    free(...trainers);
  });

  it('averages the trained weights, and evaluates with the average', async () => {
    const trainer = smallTrainer(smallHrm(), { emaDecay: 0.75 });
    const network = trainer.network as RecursiveReasoner;
    const [name, frozen] = [
      'lowLevel.blocks.0.feedForward.down.weight',
      ['puzzleEmbedding.weight', 'initialLatents.zH'],
    ];
    const weight = () => Array.from(namedParameters(network).get(name)!.dataSync());
    let expected = weight();
    for (const batch of reversalBatches(5)) {
      await trainer.trainBatch(batch);
      const now = weight();
      expected = expected.map((average, i) => 0.75 * average + 0.25 * now[i]!);
    }
    const { ema } = await trainer.state();
    Array.from(ema.get(name)!.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    for (const other of frozen) expect(ema.has(other), other).toBe(false);

    const own = weight();
    const seen = await trainer.withAveragedWeights(async () => weight());
    expect(seen).toEqual(Array.from(ema.get(name)!.data as Float32Array));
    expect(weight()).toEqual(own);
    await expect(trainer.withAveragedWeights(() => Promise.reject(new Error('in the middle')))).rejects.toThrow(
      'in the middle',
    );
    expect(weight()).toEqual(own);

    const batches = reversalBatches(2, { seed: 4 });
    const { tokenLoss } = trainer;
    const averaged = await trainer.withAveragedWeights(() => evaluate(network, batches, { tokenLoss }));
    expect(await trainer.evaluate(batches)).toEqual(averaged);
    expect((await evaluate(network, batches, { tokenLoss })).totals).not.toEqual(averaged.totals);
    free(trainer);
  });

  it('without an average evaluates with the weights themselves', async () => {
    const trainer = smallTrainer(smallTrm(), { emaDecay: undefined });
    await train(trainer, reversalBatches(2));
    expect((await trainer.state()).ema.size).toBe(0);
    const batches = reversalBatches(1, { seed: 4 });
    expect(await trainer.evaluate(batches)).toEqual(
      await evaluate(trainer.network, batches, { tokenLoss: trainer.tokenLoss }),
    );
    free(trainer);
  });

  it('changes only the rows of the puzzle embedding that the batch used', async () => {
    const trainer = smallTrainer(smallHrm(), { puzzleOptimizer: signSgd({ learningRate: 0.5 }) });
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch({ ...batch, puzzleIdentifiers: Int32Array.of(2, 2, 0, 2) });
    const table = namedParameters(trainer.network).get('puzzleEmbedding.weight')!.arraySync() as number[][];
    expect(new Set(table[1])).toEqual(new Set([0]));
    for (const row of [0, 2]) expect(new Set(table[row]!.map(Math.abs)), `row ${row}`).toEqual(new Set([0.5]));
    free(trainer);
  });

  it('compiles what it runs again and again, and disposes of it', async () => {
    const made: string[] = [];
    const compile = <Input extends unknown[], Output>(f: (...input: Input) => Output) => {
      made.push('compiled');
      return Object.assign((...input: Input) => f(...input), { dispose: () => void made.push('disposed') });
    };
    const [plain, compiled] = [smallTrainer(smallTrm()), smallTrainer(smallTrm(), { compile })];
    for (const trainer of [plain, compiled]) {
      await train(trainer, reversalBatches(3));
      await trainer.evaluate(reversalBatches(2));
      await trainer.evaluate(reversalBatches(1));
    }
    expect(await differences(plain, compiled)).toEqual([]);
    expect(made).toEqual(['compiled', 'compiled']);
    free(plain, compiled);
    expect(made).toEqual(['compiled', 'compiled', 'disposed', 'disposed']);
  });

  it.each([
    [{ emaDecay: 1 }, 'emaDecay is 1, expected at least 0 and less than 1'],
    [{ emaDecay: Number.NaN }, 'emaDecay is NaN'],
    [{ segmentsPerUpdate: 0 }, 'segmentsPerUpdate is 0, expected a whole number of at least 1'],
    [{ segmentsPerUpdate: 1.5 }, 'segmentsPerUpdate is 1.5'],
    [{ seed: 0.5 }, 'the seed is 0.5'],
    [{ puzzleOptimizer: undefined }, 'puzzleOptimizer: signSgd('],
  ])('refuses %j', (wrong, message) => {
    const network = smallHrm();
    expect(() => smallTrainer(network, wrong)).toThrow(message);
    network.dispose();
  });
});

describe('a step that fails', () => {
  /** A loss that can be spoilt for a while. */
  function spoilableLoss() {
    const loss = { factor: 1 };
    const tokenLoss: TokenLoss = (logits, labels) => tf.mul(stablemaxCrossEntropy(logits, labels), loss.factor);
    return { loss, tokenLoss };
  }

  it('by a loss that is not finite changes nothing, says what was wrong, and can be made good', async () => {
    const { loss, tokenLoss } = spoilableLoss();
    const [trainer, unspoilt] = [smallTrainer(smallHrm(), { tokenLoss }), smallTrainer(smallHrm(), { tokenLoss })];
    const batches = reversalBatches(8);
    await train(unspoilt, batches);
    await train(trainer, batches.slice(0, 5));
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();

    for (const factor of [Number.NaN, Infinity]) {
      loss.factor = factor;
      const failure = await trainer.trainBatch(batches[5]!).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NonFiniteError);
      const { step, culprits, message } = failure as NonFiniteError;
      expect([step, culprits[0]]).toEqual([6, 'loss']);
      expect(culprits).toContain('gradient/outputHead.weight');
      expect(culprits).toContain('gradient/puzzleEmbedding.weight');
      expect(message).toMatch(/^Step 6 is not finite in loss, .*those after step 5/);
      expect(trainer.steps).toBe(5);
      expect(bitsOf(await trainer.state())).toEqual(saved);
      expect(tf.memory().numTensors).toBe(numTensors);
    }

    loss.factor = 1;
    await train(trainer, batches.slice(5));
    expect(await differences(trainer, unspoilt)).toEqual([]);
    free(trainer, unspoilt);
  });

  it('by a new weight that is not finite, from finite gradients', async () => {
    const optimizer = adamW({ learningRate: (step) => (step === 2 ? Infinity : 0.01) });
    const trainer = smallTrainer(smallTrm(), { optimizer });
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const saved = bitsOf(await trainer.state());
    const failure = (await trainer.trainBatch(batch).catch((error: unknown) => error)) as NonFiniteError;
    expect(failure).toBeInstanceOf(NonFiniteError);
    expect(failure.culprits.every((name) => name.startsWith('parameter/'))).toBe(true);
    expect(failure.message).toMatch(/ and \d+ more/);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    free(trainer);
  });

  it('by a batch of another size or length changes nothing', async () => {
    const trainer = smallTrainer(smallHrm());
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();
    await expect(trainer.trainBatch(reversalBatches(1, { batchSize: 3 })[0]!)).rejects.toThrow(
      'a batch of 3 came after batches of 4; all must be as large',
    );
    const short = { ...batch, seqLen: 2, inputs: batch.inputs.slice(0, 8), labels: batch.labels.slice(0, 8) };
    await expect(trainer.trainBatch(short)).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    free(trainer);
  });
});

describe('restore', () => {
  const spoilt: [string, (state: TrainerState) => TrainerState, RegExp][] = [
    [
      'another optimizer',
      (state) => ({ ...state, optimizer: new Map() }),
      /saved optimizer state does not fit.*is missing/,
    ],
    ['no average', (state) => ({ ...state, ema: new Map() }), /saved average does not fit this run.*another config/],
    [
      'a part of the carry missing',
      (state) => ({ ...state, carry: without(state.carry, 'zH') }),
      /saved carry does not fit this run: "zH" is missing/,
    ],
    [
      'weights of another model',
      (state) => ({ ...state, weights: without(state.weights, 'outputHead.weight') }),
      /"outputHead.weight" is missing/,
    ],
    ['a broken random state', (state) => ({ ...state, random: [1, 2, 3, -4] }), /four unsigned 32-bit integers/],
  ];
  const without = (tensors: NamedHostTensors, name: string): NamedHostTensors =>
    new Map<string, HostTensor>([...tensors].filter(([other]) => other !== name));

  it.each(spoilt)('refuses %s, and then nothing has changed', async (_, spoil, message) => {
    const [trainer, other] = [smallTrainer(smallTrm(0)), smallTrainer(smallTrm(1))];
    for (const one of [trainer, other]) await train(one, reversalBatches(2, { seed: trainer === one ? 0 : 1 }));
    const state = await other.state();
    const saved = bitsOf(await trainer.state());
    const { numTensors } = tf.memory();
    expect(() => trainer.restore(spoil(state))).toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(bitsOf(await trainer.state())).toEqual(saved);
    trainer.restore(state);
    expect(await differences(trainer, other)).toEqual([]);
    expect(tf.memory().numTensors).toBe(numTensors);
    free(trainer, other);
  });

  it('goes on from a state that was saved before the first step', async () => {
    const [fresh, later] = [smallTrainer(smallTrm(0)), smallTrainer(smallTrm(1))];
    const state = await fresh.state();
    expect([state.step, state.carry.size]).toEqual([0, 0]);
    await train(later, reversalBatches(2));
    later.restore(state);
    for (const one of [fresh, later]) await train(one, reversalBatches(3));
    expect(await differences(fresh, later)).toEqual([]);
    free(fresh, later);
  });
});
