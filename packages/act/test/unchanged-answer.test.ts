import * as tf from '@tensorflow/tfjs-core';
import {
  all,
  fixedSteps,
  runSegment,
  Solver,
  unchangedAnswer,
  type HaltingController,
  type HaltingDecision,
  type HaltingFactory,
  type UnchangedAnswerOptions,
} from '@hrm/act';
import { RandomStream, valueAndGradients, type NamedTensors } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshCarry } from '../src/testing/controller-subject';
import { ProbeNetwork } from '../src/testing/probe-network';
import { replaceParts } from '../src/testing/replace-parts';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const make = (options: UnchangedAnswerOptions = {}) =>
  unchangedAnswer(options)({ hiddenSize: 2, random: new RandomStream(0) });

/** Which of two slots halt after each segment, with these answers. */
function run(options: UnchangedAnswerOptions, answers: readonly [slot1: number[], slot2: number[]][]) {
  return tf.tidy(() => {
    const controller = make(options);
    const latents = { zH: tf.ones<tf.Rank.R3>([2, 2, 2]), zL: tf.ones<tf.Rank.R3>([2, 2, 2]) };
    let state = controller.initialState!(2, { seqLen: 2 });
    const halted = answers.map((answer, i) => {
      const tokens = (slots: number[][]) => () => tf.tensor2d(slots, [2, 2], 'int32');
      const outcome = controller.decide({
        answer: tokens(answer),
        // Before the first segment the answer comes from the start vectors, and may be any.
        answerBefore: tokens(answers[i - 1] ?? answer),
        readOut: (zH) => zH,
        before: latents,
        after: latents,
        steps: tf.fill([2], i + 1, 'int32') as tf.Tensor1D,
        logits: {},
        draws: undefined,
        training: false,
        state,
      });
      state = outcome.state!;
      return [...outcome.halted.dataSync()];
    });
    return { halted, unchanged: [...state['unchanged']!.dataSync()] };
  });
}

/** The answers of every slot after each segment, as in inference. */
function answersOf(network: ProbeNetwork, batch: number, segments: number): number[][][] {
  return tf.tidy(() => {
    let carry = freshCarry(network, batch, 5);
    return Array.from({ length: segments }, () => {
      const segment = runSegment(network, carry);
      carry = segment.carry;
      return tf.argMax(segment.logits, -1).arraySync() as number[][];
    });
  });
}

/** A controller that records the input of each decision. */
function listening(make: HaltingFactory, listen: (decision: HaltingDecision) => void): HaltingFactory {
  return (context) => {
    const controller = make(context);
    return replaceParts<HaltingController>(controller, {
      decide: (decision) => (listen(decision), controller.decide(decision)),
    });
  };
}

describe('unchangedAnswer', () => {
  it('halts when that many segments in a row did not change any token', () => {
    const answers: [number[], number[]][] = [
      [
        [1, 2],
        [1, 1],
      ],
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 3],
        [1, 2],
      ],
      [
        [1, 3],
        [1, 2],
      ],
    ];
    expect(run({ segments: 2 }, answers)).toEqual({
      halted: [
        [0, 0],
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 1],
      ],
      unchanged: [1, 3],
    });
    expect(run({ segments: 1 }, answers).halted[1]).toEqual([1, 0]);
    expect(run({ segments: 3, maxSegments: 4 }, answers).halted[3]).toEqual([1, 1]);
  });

  it('halts each puzzle of a batch when its own answer is unchanged', async () => {
    const [batch, maxSegments, segments] = [24, 8, 1];
    const network = new ProbeNetwork(unchangedAnswer({ segments, maxSegments }));
    const answers = answersOf(network, batch, maxSegments);
    const settled = Array.from({ length: batch }, (_, slot) => {
      const k = answers.findIndex((now, i) => i > 0 && String(now[slot]) === String(answers[i - 1]![slot]));
      return k < 0 ? maxSegments : k + 1;
    });
    expect(new Set(settled).size).toBeGreaterThan(1);
    const { inputs } = network.puzzles(batch, new RandomStream(5));
    const { seqLen } = network;
    const puzzles = settled.map((_, slot) => inputs.subarray(slot * seqLen, (slot + 1) * seqLen));
    let slot = 0;
    for await (const { segments: used, answer } of new Solver(network).solveAll(puzzles, { until: 'halted' })) {
      expect(used).toBe(settled[slot]);
      expect([...answer]).toEqual(answers[used - 1]![slot++]);
    }
    expect(slot).toBe(batch);
    network.dispose();
  });

  it('reports the number of unchanged segments, and adds nothing to the token loss', () => {
    tf.tidy(() => {
      const { total, metrics } = make().losses!({
        logits: {},
        tokenLoss: tf.tensor1d([1, 2]),
        correct: tf.zeros([2]),
        counted: tf.tensor1d([1, 0]),
        halted: tf.tensor1d([1, 0], 'bool'),
        lookAhead: undefined,
        steps: tf.tensor1d([3, 4], 'int32'),
        stateBefore: make().initialState!(2, { seqLen: 2 }),
        stateAfter: { unchanged: tf.tensor1d([2, 3], 'int32') },
      });
      expect([...total.dataSync()]).toEqual([1, 2]);
      expect(metrics['unchangedSegments']!.dividedBy).toBe('counted');
      expect([...metrics['unchangedSegments']!.values.dataSync()]).toEqual([2, 3]);
    });
  });

  it.each([
    [{ segments: 0 }, 'unchangedAnswer: segments is 0, expected a whole number of at least 1'],
    [{ maxSegments: 1.5 }, 'unchangedAnswer: maxSegments is 1.5'],
  ])('refuses %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});

describe('the input of decide', () => {
  it('has the answer, the answer before, and the output head, also in a quorum', () => {
    const seen: { answer: number[][]; before: number[][]; logits: number[] }[] = [];
    const listener = listening(fixedSteps(4), ({ answer, answerBefore, readOut, after }) =>
      tf.tidy(() =>
        seen.push({
          answer: answer().arraySync(),
          before: answerBefore().arraySync(),
          logits: [...readOut(after.zH).dataSync()],
        }),
      ),
    );
    const network = new ProbeNetwork(all(listener, fixedSteps(2)));
    const answers = answersOf(network, 3, 4);
    expect(seen.map(({ answer }) => answer)).toEqual(answers);
    expect(seen.slice(1).map(({ before }) => before)).toEqual(answers.slice(0, -1));
    tf.tidy(() => {
      const carry = freshCarry(network, 3, 5);
      seen.length = 0;
      const { logits } = runSegment(network, carry);
      expect(seen[0]!.logits).toEqual([...logits.dataSync()]);
    });
    network.dispose();
  });

  it('computes answers only on request, and without gradient', () => {
    let [reads, asks] = [0, false];
    const listener = listening(fixedSteps(3), ({ answer, answerBefore }) => {
      if (asks) tf.tidy(() => void (answer(), answerBefore()));
    });
    const probe = new ProbeNetwork(listener);
    const network = replaceParts(probe, { readOut: (zH) => (reads++, probe.readOut(zH)) });
    const gradient = () =>
      tf.tidy(() => {
        const { gradients } = valueAndGradients(() => {
          const { logits } = runSegment(network, freshCarry(probe, 2), { training: true, carryGradient: true });
          return { loss: tf.sum(tf.square(logits)) as tf.Scalar, auxiliary: {} };
        }, [probe.outputWeight]);
        return [...gradients[0]!.dataSync()];
      });
    const expected = gradient();
    expect(reads).toBe(1);
    asks = true;
    expect(gradient()).toEqual(expected);
    expect(reads).toBe(3);
    probe.dispose();
  });

  it('lets a controller keep answers in its state', () => {
    // Halts when the answer is the same as two segments ago: it alternates, or does not change.
    const backAndForth: HaltingFactory = (context) => {
      const none = fixedSteps(6)(context);
      return replaceParts<HaltingController>(none, {
        initialState: (batchSize, { seqLen }): NamedTensors => ({ earlier: tf.fill([batchSize, seqLen], -1, 'int32') }),
        decide: ({ answer, answerBefore, state, steps }) => ({
          halted: tf.logicalOr(
            tf.all(tf.equal(answer(), state['earlier']!), -1),
            tf.greaterEqual(steps, 6),
          ) as tf.Tensor1D,
          state: { earlier: answerBefore() },
        }),
      });
    };
    const network = new ProbeNetwork(backAndForth, { seqLen: 7 });
    tf.tidy(() => {
      const { carry } = runSegment(network, freshCarry(network, 2));
      expect(carry.halting['earlier']!.shape).toEqual([2, 7]);
    });
    network.dispose();
  });
});
