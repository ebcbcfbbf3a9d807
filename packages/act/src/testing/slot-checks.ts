import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, RandomStream, ShapeError } from '@hrm/layers';
import { expect } from 'vitest';
import { admitPuzzles, type Carry } from '../carry';
import type { NamedTensors } from '../halting-controller';
import { puzzleBatch } from '../puzzle-batch';
import { runSegment, superviseSegment, type Segment } from '../segment';
import { softmaxCrossEntropy } from '../token-loss';
import type { ControllerCheck } from './controller-checks';
import { drawTensors, freshCarry, runAllSegments, scramble } from './controller-subject';

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Rows of named tensors, as plain numbers. */
const rowsOf = (tensors: NamedTensors, rows: number[]) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, values(tf.gather(tf.cast(tensor, 'float32'), rows))]),
  );

/** What a controller made of some slots: logits, who halted, state. */
const outcomeOf = ({ haltLogits, carry }: Segment, rows: number[]) => ({
  ...rowsOf(haltLogits, rows),
  ...rowsOf({ halted: carry.halted, steps: carry.steps }, rows),
  ...rowsOf(carry.halting, rows),
});

type Outcome = ReturnType<typeof outcomeOf>;

/** Batches of different sizes may add up in another order. */
function expectSameOutcome(got: Outcome, expected: Outcome, what: string): void {
  expect(Object.keys(got), what).toEqual(Object.keys(expected));
  for (const [name, numbers] of Object.entries(expected)) {
    got[name]!.forEach((number, i) =>
      expect(Math.abs(number - numbers[i]!), `${what}, ${name}: how far apart`).toBeLessThan(1e-4),
    );
  }
}

const shapes: ControllerCheck = {
  title: 'gives finite values of one row a slot, and keeps the names and shapes of its state',
  check(subject) {
    for (const { batch, seqLen, hiddenSize } of subject.sizes) {
      subject.withNetwork(
        (network) =>
          tf.tidy(() => {
            const { halting } = network;
            const carry = freshCarry(network, batch);
            for (const [name, drawn] of Object.entries(halting.draw(new RandomStream(0), batch))) {
              expect(drawn.length, `draw ${name}`).toBe(batch);
            }
            const segment = runSegment(network, carry, { haltEarly: true });
            for (const [name, logit] of Object.entries(segment.haltLogits)) {
              expect([logit.shape, logit.dtype], `logit ${name}`).toEqual([[batch], 'float32']);
              expect(values(logit).every(Number.isFinite), `logit ${name} is finite`).toBe(true);
            }
            expect([segment.carry.halted.shape, segment.carry.halted.dtype], 'halted').toEqual([[batch], 'bool']);
            const initial = halting.initialState?.(batch, { seqLen }) ?? {};
            const shapesOf = (state: NamedTensors) =>
              Object.fromEntries(Object.entries(state).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
            expect(shapesOf(segment.carry.halting), 'state after a segment').toEqual(shapesOf(initial));
            for (const [name, tensor] of Object.entries(initial)) {
              expect(tensor.shape[0], `rows of the state ${name}`).toBe(batch);
            }
            const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
            const totals = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.total]));
            for (const [name, scalar] of Object.entries({ total, ...totals })) {
              expect(scalar.shape, name).toEqual([]);
              expect(Number.isFinite(scalar.dataSync()[0]), `${name} is finite`).toBe(true);
            }
          }),
        { seqLen, hiddenSize },
      );
    }
  },
};

const wrongShapes: ControllerCheck = {
  title: 'refuses latents of a wrong width, naming what it expected and got, if it has a head',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        if (namedParameters(network.halting).size === 0) {
          expect(network.halting.logits(tf.ones([2, 5, network.hiddenSize])), 'logits without a head').toEqual({});
          return;
        }
        const wrong = tf.ones<tf.Rank.R3>([2, 5, network.hiddenSize + 1]);
        expect(() => network.halting.logits(wrong)).toThrow(ShapeError);
      }),
    );
  },
};

const everyoneHalts: ControllerCheck = {
  title: 'halts everyone at its last segment, whatever it drew, in training and outside',
  check(subject) {
    subject.withNetwork((network) => {
      for (let seed = 0; seed < 6; seed++) {
        tf.tidy(() => {
          const training = seed % 2 === 0;
          scramble(network.halting, 2, seed);
          const random = new RandomStream(seed);
          const segments = runAllSegments(network, freshCarry(network, 4, seed), () => ({
            training,
            haltEarly: true,
            draws: training ? drawTensors(network.halting, random, 4) : undefined,
          }));
          const last = segments.at(-1)!.carry;
          expect(values(last.halted), `after ${network.halting.maxSegments} segments, seed ${seed}`).toEqual([
            1, 1, 1, 1,
          ]);
          const beyond = runSegment(network, last, { training, haltEarly: true });
          expect(values(beyond.carry.halted), 'one segment beyond the last').toEqual([1, 1, 1, 1]);
        });
      }
    });
  },
};

/** The carry with the first and third of four slots halted. */
const withHalted = (carry: Carry): Carry => ({ ...carry, halted: tf.tensor1d([1, 0, 1, 0], 'bool') });

const freshState: ControllerCheck = {
  title: 'treats a new puzzle as if the slot had never had another, and leaves the other slots alone',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        scramble(network.halting);
        const old = runSegment(network, freshCarry(network, 4, 5), { training: true }).carry;
        const offered = puzzleBatch(network.puzzles(4, new RandomStream(6)));
        const admitted = admitPuzzles(network, withHalted(old), offered);
        const initial = network.halting.initialState?.(4, network) ?? {};
        expect(rowsOf(admitted.halting, [0, 2]), 'state of the new puzzles').toEqual(rowsOf(initial, [0, 2]));
        expect(rowsOf(admitted.halting, [1, 3]), 'state of the others').toEqual(rowsOf(old.halting, [1, 3]));

        const options = () => ({ haltEarly: true });
        const mixed = runAllSegments(network, admitted, options);
        const fresh = runAllSegments(network, freshCarry(network, 4, 6), options);
        mixed.forEach((segment, k) =>
          expectSameOutcome(outcomeOf(segment, [0, 2]), outcomeOf(fresh[k]!, [0, 2]), `segment ${k + 1}`),
        );
      }),
    );
  },
};

const samples: ControllerCheck = {
  title: 'treats each slot by itself',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        for (let trial = 0; trial < 9; trial++) {
          const slot = trial % 3;
          scramble(network.halting, 1, trial);
          const carry = freshCarry(network, 3, trial);
          const together = runAllSegments(network, carry, () => ({ haltEarly: true }));
          const row = <T extends tf.Tensor>(tensor: T) =>
            tf.cast(tf.gather(tf.cast(tensor, 'float32'), [slot]), tensor.dtype) as T;
          const alone: Carry = {
            latents: { zH: row(carry.latents.zH), zL: row(carry.latents.zL) },
            steps: row(carry.steps),
            halted: row(carry.halted),
            puzzle: {
              inputs: row(carry.puzzle.inputs),
              labels: row(carry.puzzle.labels),
              puzzleIdentifiers: row(carry.puzzle.puzzleIdentifiers),
            },
            halting: network.halting.initialState?.(1, network) ?? {},
          };
          runAllSegments(network, alone, () => ({ haltEarly: true })).forEach((segment, k) =>
            expectSameOutcome(
              outcomeOf(segment, [0]),
              outcomeOf(together[k]!, [slot]),
              `slot ${slot} of trial ${trial}, segment ${k + 1}`,
            ),
          );
        }
      }),
    );
  },
};

/** What a controller does to the slots of a batch. */
export const slotChecks: readonly ControllerCheck[] = [shapes, wrongShapes, everyoneHalts, freshState, samples];
