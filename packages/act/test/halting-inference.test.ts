import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  fixedSteps,
  gravesAct,
  HaltingInference,
  haltOnly,
  inferWithHalting,
  initialCarry,
  puzzleTensors,
  residualHalting,
  runSegment,
  scoreAnswers,
  type HaltingFactory,
  type ReasoningNetwork,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream } from '@hrm/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scramble } from '../src/testing/controller-subject';
import { replaceParts } from '../src/testing/replace-parts';
import { useBackend } from './backends';

const seqLen = 5;

/** Answers, segments and halt values of each puzzle on its own, segment by segment. */
function oneByOne(network: ProbeNetwork, inputs: Int32Array) {
  return tf.tidy(() =>
    Array.from({ length: inputs.length / seqLen }, (_, sample) => {
      const puzzle = puzzleTensors({
        inputs: inputs.slice(sample * seqLen, (sample + 1) * seqLen),
        labels: new Int32Array(seqLen),
        puzzleIdentifiers: Int32Array.of(0),
        batchSize: 1,
        seqLen,
      });
      let carry = admitPuzzles(network, initialCarry(network, 1), puzzle);
      for (let steps = 1; ; steps++) {
        const segment = runSegment(network, carry, { haltEarly: true });
        carry = segment.carry;
        if (carry.halted.dataSync()[0] !== 1) continue;
        const state = Object.entries(carry.halting).map(([name, value]) => [name, value.dataSync()[0]!]);
        return {
          answer: [...tf.argMax(segment.logits, -1).dataSync()],
          steps,
          halt: segment.haltLogits['halt']?.dataSync()[0],
          state: Object.fromEntries(state) as { [name: string]: number },
        };
      }
    }),
  );
}

const controllers: [string, HaltingFactory][] = [
  ['residualHalting', residualHalting({ tolerance: 0.15, maxSegments: 6 })],
  ['haltOnly', haltOnly({ maxSegments: 6 })],
  ['gravesAct', gravesAct({ maxSegments: 6 })],
];

describe.each(['cpu', 'wasm'] as const)('halting at inference on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(controllers)('with %s', (name, make) => {
    let network: ProbeNetwork;
    beforeAll(() => {
      network = new ProbeNetwork(make);
      scramble(network.halting, 0.8, 5);
    });
    afterAll(() => network.dispose());
    const puzzles = (count: number) => network.puzzles(count, new RandomStream(1));

    it('gives each puzzle the answer, segments and values it has on its own', async () => {
      const batch = puzzles(21);
      const result = await inferWithHalting(network, batch);
      const alone = oneByOne(network, batch.inputs);
      expect([...result.steps]).toEqual(alone.map(({ steps }) => steps));
      expect([...result.answers]).toEqual(alone.flatMap(({ answer }) => answer));
      expect(new Set(result.steps).size, 'different numbers of segments').toBeGreaterThan(2);
      expect(Object.keys(result.haltingState)).toEqual(Object.keys(alone[0]!.state));
      alone.forEach(({ halt, state }, sample) => {
        if (halt !== undefined) expect(result.haltLogits['halt']![sample]).toBeCloseTo(halt, 4);
        for (const [part, value] of Object.entries(state)) {
          expect(result.haltingState[part]![sample]).toBeCloseTo(value, 4);
        }
      });
      expect(Object.keys(result.haltLogits).length === 0).toBe(name === 'residualHalting');
    });

    it('computes only the rows of the smallest bucket that holds who is still thinking', async () => {
      const batch = puzzles(21);
      const seen: { segment: number; thinking: number; rows: number }[] = [];
      const bucketSizes = [4, 16, 9];
      const result = await inferWithHalting(network, batch, { bucketSizes, onSegment: (at) => seen.push(at) });
      let rows = 21;
      seen.forEach(({ segment, thinking, rows: computed }, k) => {
        expect(segment).toBe(k + 1);
        expect(thinking).toBe([...result.steps].filter((steps) => steps > segment).length);
        expect(computed).toBe(rows);
        if (thinking > 0) rows = Math.min(rows, ...bucketSizes.filter((size) => size >= thinking));
      });
      expect(seen.at(-1)!.rows, 'the batch shrank').toBeLessThan(21);
      expect(result.rowsComputed).toBe(seen.reduce((sum, { rows: computed }) => sum + computed, 0));
      expect(seen.length).toBe(Math.max(...result.steps));
    });

    it('answers alike whatever the buckets', async () => {
      const batch = puzzles(13);
      const one = await inferWithHalting(network, batch, { bucketSizes: [] });
      expect(one.rowsComputed).toBe(13 * Math.max(...one.steps));
      for (const bucketSizes of [undefined, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [100, 7]]) {
        const other = await inferWithHalting(network, batch, { bucketSizes });
        expect([other.answers, other.steps]).toEqual([one.answers, one.steps]);
      }
    });

    it('runs all segments when asked, as evaluation does', async () => {
      const batch = puzzles(6);
      const result = await inferWithHalting(network, batch, { haltEarly: false });
      expect([...result.steps]).toEqual([6, 6, 6, 6, 6, 6]);
      const answers = tf.tidy(() => {
        let carry = admitPuzzles(network, initialCarry(network, 6), puzzleTensors(batch));
        for (let k = 0; k < 5; k++) carry = runSegment(network, carry).carry;
        return [...tf.argMax(runSegment(network, carry).logits, -1).dataSync()];
      });
      expect([...result.answers]).toEqual(answers);
      expect(result.histogram).toEqual([0, 0, 0, 0, 0, 6]);
    });

    it('leaves no tensor behind', async () => {
      const before = tf.memory().numTensors;
      await inferWithHalting(network, puzzles(9));
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('says how many segments were used, and by how many', async () => {
    const network = new ProbeNetwork(residualHalting({ tolerance: 0.15, maxSegments: 6 }));
    const { steps, histogram, meanSegments } = await inferWithHalting(
      network,
      network.puzzles(21, new RandomStream(1)),
    );
    expect(histogram.length).toBe(6);
    histogram.forEach((count, k) => expect(count).toBe([...steps].filter((used) => used === k + 1).length));
    expect(meanSegments).toBeCloseTo([...steps].reduce((a, b) => a + b) / 21, 12);
    network.dispose();
  });
});

describe('HaltingInference', () => {
  beforeAll(() => useBackend('cpu'));

  it('compiles one pure step, once, and frees it', async () => {
    const network = new ProbeNetwork(fixedSteps(3));
    let [compiled, disposed, calls] = [0, 0, 0];
    const inference = new HaltingInference(network, {
      compile(f) {
        compiled++;
        return Object.assign((...input: Parameters<typeof f>) => (calls++, f(...input)), { dispose: () => disposed++ });
      },
    });
    const puzzles = network.puzzles(4, new RandomStream(0));
    const results = [await inference.infer(puzzles), await inference.infer(puzzles)];
    inference.dispose();
    expect(results[0]).toEqual(results[1]);
    expect([compiled, calls, disposed]).toEqual([1, 6, 1]);
    network.dispose();
  });

  it('does not compile a network that cannot be recorded', async () => {
    const network = new ProbeNetwork(fixedSteps(2));
    const unrecordable = replaceParts<ReasoningNetwork>(network, { recordable: false });
    let compiled = 0;
    const { steps } = await inferWithHalting(unrecordable, network.puzzles(2, new RandomStream(0)), {
      compile: (f) => (compiled++, f),
    });
    expect([compiled, ...steps]).toEqual([0, 2, 2]);
    network.dispose();
  });

  it('frees everything when the network throws midway', async () => {
    const network = new ProbeNetwork(residualHalting({ tolerance: 0, maxSegments: 4 }));
    const puzzles = network.puzzles(4, new RandomStream(0));
    const before = tf.memory().numTensors;
    const failing = inferWithHalting(network, puzzles, {
      onSegment({ segment }) {
        if (segment === 2) throw new Error('the user pressed a key');
      },
    });
    await expect(failing).rejects.toThrow('the user pressed a key');
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  it('halts at the last segment even a controller that would not', async () => {
    const network = new ProbeNetwork((context) => {
      const good = fixedSteps(3)(context);
      good.decide = ({ steps }) => ({ halted: tf.cast(tf.mul(steps, 0), 'bool') as tf.Tensor1D, state: {} });
      return good;
    });
    const { steps } = await inferWithHalting(network, network.puzzles(2, new RandomStream(0)));
    expect([...steps]).toEqual([3, 3]);
    network.dispose();
  });

  it('refuses empty batches, senseless buckets and puzzles of another length', async () => {
    const network = new ProbeNetwork(fixedSteps(3));
    const puzzles = network.puzzles(2, new RandomStream(0));
    const empty = { ...puzzles, inputs: new Int32Array(0), batchSize: 0 };
    await expect(inferWithHalting(network, empty)).rejects.toThrow(
      'batchSize is 0, expected a whole number of at least 1',
    );
    await expect(inferWithHalting(network, puzzles, { bucketSizes: [0] })).rejects.toThrow('a bucket size is 0');
    await expect(inferWithHalting(network, { ...puzzles, batchSize: 1, seqLen: 10 })).rejects.toThrow();
    network.dispose();
  });
});

describe('scoreAnswers', () => {
  it('counts as evaluation does: labelled tokens of puzzles that have any', () => {
    const result = { answers: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), steps: Int32Array.of(1, 2, 4, 16) };
    const labels = Int32Array.of(1, 2, -100, 4, 5, 0, -100, -1);
    expect(scoreAnswers(result, labels)).toEqual({
      count: 3,
      exactAccuracy: 2 / 3,
      accuracy: 2.5 / 3,
      meanSegments: 7 / 3,
    });
  });

  it('is zero for nothing but padding, and refuses other labels', () => {
    const result = { answers: Int32Array.of(1, 2), steps: Int32Array.of(1) };
    expect(scoreAnswers(result, Int32Array.of(-100, -100))).toEqual({
      count: 0,
      exactAccuracy: 0,
      accuracy: 0,
      meanSegments: 0,
    });
    expect(() => scoreAnswers(result, Int32Array.of(1))).toThrow('got 1 labels for 2 answers');
  });
});
