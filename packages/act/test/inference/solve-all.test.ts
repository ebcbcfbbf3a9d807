import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  gravesAct,
  haltOnly,
  initialCarry,
  puzzleTensors,
  residualHalting,
  runSegment,
  Solver,
  type HaltingFactory,
  type Until,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream } from '@hrm/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scramble } from '../../src/testing/controller-subject';
import { useBackend } from '../../../layers/test/backends';
import { answersOf, randomPuzzles, seqLen, solveAll, stepsOf } from './solve-puzzles';

/** Answers, segments and halt values of each puzzle on its own, segment by segment. */
function oneByOne(network: ProbeNetwork, puzzles: readonly Int32Array[]) {
  return tf.tidy(() =>
    puzzles.map((inputs) => {
      const puzzle = puzzleTensors({
        inputs,
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

describe.each(['cpu', 'wasm'] as const)('solving many puzzles on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(controllers)('with %s', (name, make) => {
    let network: ProbeNetwork;
    beforeAll(() => {
      network = new ProbeNetwork(make);
      scramble(network.halting, 0.8, 5);
    });
    afterAll(() => network.dispose());

    it('gives each puzzle the answer, segments and values it has on its own', async () => {
      const puzzles = randomPuzzles(network, 21);
      const solutions = await solveAll(network, puzzles);
      const alone = oneByOne(network, puzzles);
      expect(stepsOf(solutions)).toEqual(alone.map(({ steps }) => steps));
      expect(answersOf(solutions)).toEqual(alone.map(({ answer }) => answer));
      expect(new Set(stepsOf(solutions)).size, 'different numbers of segments').toBeGreaterThan(2);
      alone.forEach(({ halt, state }, puzzle) => {
        const { haltLogits, haltingState, halted } = solutions[puzzle]!.history.at(-1)!;
        expect(halted).toBe(true);
        expect(Object.keys(haltingState)).toEqual(Object.keys(state));
        if (halt !== undefined) expect(haltLogits['halt']).toBeCloseTo(halt, 4);
        for (const [part, value] of Object.entries(state)) expect(haltingState[part]![0]).toBeCloseTo(value, 4);
        expect(Object.keys(haltLogits).length === 0).toBe(name === 'residualHalting');
      });
    });

    it('gives the same results for a puzzle alone and in a batch', async () => {
      const puzzles = randomPuzzles(network, 5);
      const solver = new Solver(network);
      for (const [i, { answer, history }] of (await solveAll(network, puzzles)).entries()) {
        const alone = await solver.solve(puzzles[i]!, { until: 'halted' });
        expect([...alone.answer]).toEqual([...answer]);
        expect(alone.history.map(({ segment, halted }) => [segment, halted])).toEqual(
          history.map(({ segment, halted }) => [segment, halted]),
        );
      }
    });

    it('computes only the rows of the smallest bucket that holds the active puzzles', async () => {
      const seen: { segment: number; active: number; rows: number }[] = [];
      const bucketSizes = [4, 16, 9];
      const solutions = await solveAll(network, randomPuzzles(network, 21), {
        bucketSizes,
        onSegment: (at) => seen.push(at),
      });
      let rows = 21;
      seen.forEach(({ segment, active, rows: computed }, k) => {
        expect(segment).toBe(k + 1);
        expect(active).toBe(stepsOf(solutions).filter((steps) => steps > segment).length);
        expect(computed).toBe(rows);
        if (active > 0) rows = Math.min(rows, ...bucketSizes.filter((size) => size >= active));
      });
      expect(seen.at(-1)!.rows, 'the batch shrank').toBeLessThan(21);
      expect(seen.length).toBe(Math.max(...stepsOf(solutions)));
    });

    it('gives the same answers, in order, for all batch and bucket sizes', async () => {
      const puzzles = randomPuzzles(network, 13);
      let rows = 0;
      const one = await solveAll(network, puzzles, { bucketSizes: [], onSegment: (at) => (rows += at.rows) });
      expect(rows).toBe(13 * Math.max(...stepsOf(one)));
      for (const options of [
        { bucketSizes: undefined },
        { bucketSizes: [1, 2, 3, 5, 8, 12] },
        { bucketSizes: [100, 7] },
      ]) {
        for (const batchSize of [13, 4, 1, 64]) {
          const other = await solveAll(network, puzzles, { ...options, batchSize });
          expect([answersOf(other), stepsOf(other)]).toEqual([answersOf(one), stepsOf(one)]);
        }
      }
    });

    it("runs all segments with until: 'end', and as many as the option says", async () => {
      const puzzles = randomPuzzles(network, 6);
      const answersAfter = (segments: number) =>
        tf.tidy(() => {
          const batch = network.puzzles(6, new RandomStream(1));
          let carry = admitPuzzles(network, initialCarry(network, 6), puzzleTensors(batch));
          for (let k = 1; k < segments; k++) carry = runSegment(network, carry).carry;
          return tf.argMax(runSegment(network, carry).logits, -1).arraySync();
        });
      for (const segments of [undefined, 2, 9]) {
        const solutions = await solveAll(network, puzzles, { until: 'end', segments });
        expect(stepsOf(solutions)).toEqual(new Array(6).fill(segments ?? 6));
        expect(answersOf(solutions)).toEqual(answersAfter(segments ?? 6));
        expect((await new Solver(network).solve(puzzles[0]!, { segments })).segments).toBe(segments ?? 6);
      }
      const halting = await solveAll(network, puzzles, { segments: 9 });
      expect(Math.max(...stepsOf(halting)), 'a controller halts at its last segment').toBeLessThanOrEqual(6);
    });

    it('stops at the first result that a function accepts, and gives it the puzzle', async () => {
      const puzzles = randomPuzzles(network, 6);
      // Puzzle i stops after segment i + 1; the last after all 4.
      const until: Until = ({ segment }, { inputs, index }) => {
        expect(inputs).toEqual(puzzles[index]);
        return segment === index + 1;
      };
      const toEnd = await solveAll(network, puzzles, { until: 'end', segments: 4 });
      for (const batchSize of [6, 4]) {
        const solutions = await solveAll(network, puzzles, { until, segments: 4, batchSize });
        expect(stepsOf(solutions)).toEqual([1, 2, 3, 4, 4, 4]);
        expect(answersOf(solutions)).toEqual(toEnd.map(({ history }, i) => [...history[Math.min(i, 3)]!.answer]));
      }
      expect((await new Solver(network).solve(puzzles[0]!, { until, segments: 4 })).segments).toBe(1);
    });

    it('leaks no tensor', async () => {
      const before = tf.memory().numTensors;
      await solveAll(network, randomPuzzles(network, 9), { batchSize: 4 });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
