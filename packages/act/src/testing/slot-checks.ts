import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, RandomStream, ShapeError, type NamedTensors } from '@hrm/layers';
import { brief, distanceOf, expectThat, NOT_FINITE } from '@hrm/layers/testing';
import { softmaxCrossEntropy } from '../losses/token-loss';
import { admitPuzzles, type Carry } from '../segment/carry';
import { puzzleTensors } from '../segment/puzzle-tensors';
import { runSegment, type Segment } from '../segment/run-segment';
import { superviseSegment } from '../segment/supervise-segment';
import type { ControllerCheck } from './controller-check';
import { drawTensors, freshCarry, runAllSegments, scramble } from './controller-subject';

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Rows of named tensors, as plain numbers. */
const rowsOf = (tensors: NamedTensors, rows: number[]) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, values(tf.gather(tf.cast(tensor, 'float32'), rows))]),
  );

/** A controller's outputs for some slots: logits, halted, steps and state. */
const outcomeOf = ({ haltLogits, carry }: Segment, rows: number[]) => ({
  ...rowsOf(haltLogits, rows),
  ...rowsOf({ halted: carry.halted, steps: carry.steps }, rows),
  ...rowsOf(carry.halting, rows),
});

type Outcome = ReturnType<typeof outcomeOf>;

/**
 * Tolerates rounding: batches of other sizes may sum in another order.
 *
 * @param what describes the fault, by output name.
 */
function expectSameOutcome(got: Outcome, expected: Outcome, what: (name: string) => string): void {
  for (const [name, numbers] of Object.entries(expected)) {
    const { distance } = distanceOf(got[name] ?? [], numbers);
    expectThat(distance < 1e-4, () => `${what(name)} (${brief(distance)} apart)`);
  }
}

const shapes: ControllerCheck = {
  title: 'returns finite values, one row per slot, and keeps the names and shapes of its state',
  check(subject) {
    for (const { batch, seqLen, hiddenSize } of subject.sizes) {
      subject.withNetwork(
        (network) =>
          tf.tidy(() => {
            const { halting } = network;
            const carry = freshCarry(network, batch);
            for (const [name, drawn] of Object.entries(halting.draw?.(new RandomStream(0), batch) ?? {})) {
              expectThat(
                drawn.length === batch,
                () =>
                  `draw returns ${drawn.length} numbers of ${name}, expected ${batch}, one per slot: use its argument batchSize`,
              );
            }
            const segment = runSegment(network, carry, { haltEarly: true });
            for (const [name, logit] of Object.entries(segment.haltLogits)) {
              expectThat(
                logit.dtype === 'float32',
                () => `the logit ${name} is of type ${logit.dtype}, expected float32`,
              );
              expectThat(values(logit).every(Number.isFinite), () => `the logit ${name} is not finite: ${NOT_FINITE}`);
            }
            expectThat(
              segment.carry.halted.dtype === 'bool',
              () =>
                `halted is of type ${segment.carry.halted.dtype}, expected bool: compute it with a comparison, such as tf.greater`,
            );
            const initial = halting.initialState?.(batch, { seqLen }) ?? {};
            const kindsOf = (state: NamedTensors) =>
              Object.entries(state)
                .map(([name, { shape, dtype }]) => `${name} [${shape.join(', ')}] of ${dtype}`)
                .sort()
                .join(', ') || 'none';
            const [after, before] = [kindsOf(segment.carry.halting), kindsOf(initial)];
            expectThat(
              after === before,
              () =>
                `decide returns the state ${after}, but initialState returns ${before}: return the whole state after each ` +
                'segment, with the same names and shapes',
            );
            for (const [name, tensor] of Object.entries(initial)) {
              expectThat(
                tensor.shape[0] === batch,
                () => `the state ${name} has ${tensor.shape[0] ?? 'no'} rows, expected ${batch}, one per slot`,
              );
            }
            const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
            const totals = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.total]));
            for (const [name, scalar] of Object.entries({ total, ...totals })) {
              expectThat(Number.isFinite(scalar.dataSync()[0]), () => `${name} of losses is not finite: ${NOT_FINITE}`);
            }
          }),
        { seqLen, hiddenSize },
      );
    }
  },
};

const wrongShapes: ControllerCheck = {
  title: 'throws a ShapeError for latents of the wrong width, if it has a head',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        if (namedParameters(network.halting).size === 0) {
          const logits = Object.keys(network.halting.logits?.(tf.ones([2, 5, network.hiddenSize])) ?? {});
          expectThat(
            logits.length === 0,
            () =>
              `logits returns ${logits.join(', ')}, but "parameters" is empty: put the parameters of the head there`,
          );
          return;
        }
        const wrong = tf.ones<tf.Rank.R3>([2, 5, network.hiddenSize + 1]);
        let error: unknown;
        try {
          network.halting.logits?.(wrong);
        } catch (thrown) {
          error = thrown;
        }
        expectThat(
          error instanceof ShapeError,
          () =>
            `logits of latents that are one too wide ${error ? `throws "${String(error).split('\n')[0]}"` : 'throws nothing'}, ` +
            "expected a ShapeError: use a Linear of @hrm/layers, or start with expectShape('my controller', zH, ['batch', 'seq', hiddenSize])",
        );
      }),
    );
  },
};

const allHalt: ControllerCheck = {
  title: 'halts all slots at its last segment, with any random numbers, in training and outside',
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
          const { maxSegments } = network.halting;
          const beyond = runSegment(network, last, { training, haltEarly: true });
          for (const [halted, segments] of [
            [last.halted, maxSegments],
            [beyond.carry.halted, maxSegments + 1],
          ] as const) {
            expectThat(
              values(halted).every((value) => value === 1),
              () =>
                `after ${segments} segments, with maxSegments ${maxSegments}, some slots do not halt${training ? ' in training' : ''}: ` +
                'decide must halt where tf.greaterEqual(steps, maxSegments), for any logits and draws',
            );
          }
        });
      }
    });
  },
};

/** Marks the first and third of four slots as halted. */
const withHalted = (carry: Carry): Carry => ({ ...carry, halted: tf.tensor1d([1, 0, 1, 0], 'bool') });

const freshState: ControllerCheck = {
  title: 'gives a new puzzle the same results as in a new slot, and does not change the other slots',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        scramble(network.halting);
        const old = runSegment(network, freshCarry(network, 4, 5), { training: true }).carry;
        const offered = puzzleTensors(network.puzzles(4, new RandomStream(6)));
        const admitted = admitPuzzles(network, withHalted(old), offered);
        const initial = network.halting.initialState?.(4, network) ?? {};
        const again = network.halting.initialState?.(4, network) ?? {};
        expectThat(
          JSON.stringify(rowsOf(initial, [0, 1, 2, 3])) === JSON.stringify(rowsOf(again, [0, 1, 2, 3])) &&
            JSON.stringify(rowsOf(admitted.halting, [0, 2])) === JSON.stringify(rowsOf(initial, [0, 2])),
          () =>
            'initialState returns different values each time: it must return the same state for every new puzzle, without ' +
            'counters and random numbers',
        );

        const options = () => ({ haltEarly: true });
        const mixed = runAllSegments(network, admitted, options);
        const fresh = runAllSegments(network, freshCarry(network, 4, 6), options);
        mixed.forEach((segment, k) =>
          expectSameOutcome(
            outcomeOf(segment, [0, 2]),
            outcomeOf(fresh[k]!, [0, 2]),
            (name) =>
              `a puzzle in a slot that had another puzzle has a different ${name} after segment ${k + 1} than in a new slot: ` +
              'likely the controller keeps values in itself; keep them in its state',
          ),
        );
      }),
    );
  },
};

const samples: ControllerCheck = {
  title: 'computes each slot independently',
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
              (name) =>
                `slot ${slot} has a different ${name} after segment ${k + 1} in a batch than alone: likely a mean, maximum or ` +
                'first row over the batch, or values that the controller keeps in itself',
            ),
          );
        }
      }),
    );
  },
};

/** Requirements on the slots of a batch. */
export const slotChecks: readonly ControllerCheck[] = [shapes, wrongShapes, allHalt, freshState, samples];
