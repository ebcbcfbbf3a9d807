import * as tf from '@tensorflow/tfjs-core';
import {
  all,
  any,
  atLeast,
  fixedSteps,
  gravesAct,
  haltOnly,
  ponder,
  qLearningHalting,
  residualHalting,
  type HaltingFactory,
  type HaltingLossContext,
} from '@hrm/act';
import { namedParameters, RandomStream, type NamedTensors } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { noAnswer } from './run-slot';

beforeAll(() => useBackend('cpu'));

const make = (halting: HaltingFactory) => halting({ hiddenSize: 4, random: new RandomStream(0) });

/** Latents of four slots. The segment changed zH by 1, 0.1, 1 and 0.1 of its norm. */
const latents = () => {
  const zH = tf.ones<tf.Rank.R3>([4, 2, 4]);
  const moved = tf.sub(zH, tf.reshape(tf.tensor1d([1, 0.1, 1, 0.1]), [4, 1, 1])) as tf.Tensor3D;
  return { before: { zH: moved, zL: zH }, after: { zH, zL: zH }, ...noAnswer };
};

/** Which of four slots halt, with these halt logits and segments. */
const halted = (halting: HaltingFactory, haltLogits: number[], steps: number[]) =>
  tf.tidy(() => {
    const controller = make(halting);
    const named = Object.keys(controller.logits!(tf.ones([4, 2, 4])));
    const decision = controller.decide({
      logits: Object.fromEntries(named.map((name) => [name, tf.tensor1d(haltLogits)])),
      steps: tf.tensor1d(steps, 'int32'),
      draws: undefined,
      training: true,
      state: controller.initialState?.(4, { seqLen: 2 }) ?? {},
      ...latents(),
    });
    return [...decision.halted.dataSync()];
  });

const residual = residualHalting({ tolerance: 0.2, maxSegments: 8 });
const head = haltOnly({ maxSegments: 8 });

describe('votes', () => {
  const logits = [1, 1, -1, -1];
  const early = [2, 2, 2, 2];

  it('any: one is enough', () => expect(halted(any(head, residual), logits, early)).toEqual([1, 1, 0, 1]));
  it('all: every vote is needed', () => expect(halted(all(head, residual), logits, early)).toEqual([0, 1, 0, 0]));
  it('atLeast: that many are needed', () => {
    const three = [head, residual, fixedSteps(2)];
    expect(halted(atLeast(1, ...three), logits, early)).toEqual([1, 1, 1, 1]);
    expect(halted(atLeast(2, ...three), logits, early)).toEqual([1, 1, 0, 1]);
    expect(halted(atLeast(3, ...three), logits, early)).toEqual([0, 1, 0, 0]);
  });

  it("are delayed by a member's exploration, each by its own draws", () => {
    tf.tidy(() => {
      const controller = make(any(haltOnly({ maxSegments: 8, exploration: 0.5 }), haltOnly({ maxSegments: 8 })));
      const decide = (draws: NamedTensors | undefined) => {
        const logits = { 'halt-only-1.halt': tf.ones([4]), 'halt-only-2.halt': tf.fill([4], -1) };
        const steps = tf.fill([4], 2, 'int32') as tf.Tensor1D;
        return [
          ...controller.decide({ logits, steps, draws, training: true, state: {}, ...latents() }).halted.dataSync(),
        ];
      };
      expect(decide(undefined)).toEqual([1, 1, 1, 1]);
      const draws = {
        'halt-only-1.exploreUniform': tf.tensor1d([0.1, 0.1, 0.9, 0.9]),
        'halt-only-1.exploreMinSteps': tf.tensor1d([3, 2, 3, 3], 'int32'),
        'halt-only-2.exploreUniform': tf.tensor1d([0.9, 0.9, 0.01, 0.01]),
        'halt-only-2.exploreMinSteps': tf.tensor1d([8, 8, 8, 8], 'int32'),
      };
      expect(decide(draws)).toEqual([0, 1, 1, 1]);
    });
  });

  it('gives a minimum number of segments with fixedSteps', () => {
    expect(halted(all(fixedSteps(3), head), [1, 1, 1, 1], [1, 2, 3, 4])).toEqual([0, 0, 1, 1]);
  });

  it('ends with the member whose vote decides', () => {
    const members = [fixedSteps(6), fixedSteps(2), fixedSteps(4)];
    expect(make(any(...members)).maxSegments).toBe(2);
    expect(make(atLeast(2, ...members)).maxSegments).toBe(4);
    expect(make(all(...members)).maxSegments).toBe(6);
    expect(halted(atLeast(2, ...members), [0, 0, 0, 0], [1, 3, 4, 7])).toEqual([0, 0, 1, 1]);
  });

  it('can be nested', () => {
    const nested = any(all(head, residual), fixedSteps(5));
    expect(halted(nested, logits, [2, 2, 2, 5])).toEqual([0, 1, 0, 1]);
    expect([...namedParameters(make(nested)).keys()]).toEqual(['all.halt-only.head.weight', 'all.halt-only.head.bias']);
  });

  it.each([
    [() => any(), 'any: got no controllers'],
    [() => all(), 'all: got no controllers'],
    [() => atLeast(1), 'atLeast: got no controllers'],
    [() => atLeast(4, haltOnly()), 'for a minimum number of segments write all(fixedSteps(4), controller)'],
    [() => atLeast(0, haltOnly()), 'votes is 0 with 1 controllers, expected a whole number from 1 to 1'],
    [() => atLeast(1.5, haltOnly(), haltOnly()), 'votes is 1.5 with 2 controllers'],
  ])('refuses %o', (combine, message) => {
    expect(combine).toThrow(message);
  });
});

describe('the parts of a quorum', () => {
  it('are named after the members, numbered where they share a name', () => {
    const controller = make(any(haltOnly(), gravesAct(), haltOnly()));
    expect([...namedParameters(controller).keys()]).toEqual([
      'halt-only-1.head.weight',
      'halt-only-1.head.bias',
      'graves-act.head.weight',
      'graves-act.head.bias',
      'halt-only-2.head.weight',
      'halt-only-2.head.bias',
    ]);
    expect(Object.keys(controller.draw!(new RandomStream(0), 2))).toEqual([
      'halt-only-1.exploreUniform',
      'halt-only-1.exploreMinSteps',
      'halt-only-2.exploreUniform',
      'halt-only-2.exploreMinSteps',
    ]);
    tf.tidy(() => {
      expect(Object.keys(controller.initialState!(2, { seqLen: 2 }))).toEqual(['graves-act.remaining']);
    });
  });

  it('look ahead if any of them must', () => {
    expect(make(any(haltOnly(), qLearningHalting())).needsLookAhead).toBe(true);
    expect(make(any(haltOnly(), residual)).needsLookAhead).toBe(false);
    const deferred = qLearningHalting({ learnContinue: 'deferred' });
    expect(make(any(haltOnly(), deferred)).needsLookAhead).toBe('own');
    expect(() => make(any(deferred, qLearningHalting()))).toThrow(
      "any: one q-learning learns from its own segment (learnContinue: 'deferred')",
    );
  });
});

describe('a controller that weights the token loss', () => {
  it.each<[string, HaltingFactory]>([
    ['all', all(fixedSteps(4), gravesAct())],
    ['all', all(ponder(), head)],
    ['at-least-2', atLeast(2, head, gravesAct(), residual)],
    // A quorum weights the token loss if a member does.
    ['all', all(any(head, ponder()), residual)],
  ])('is refused where others could delay its halting: %s', (name, halting) => {
    expect(() => make(halting)).toThrow(
      new RegExp(
        `^${name}: (graves-act|ponder|any) weights the token loss .* trained with a weight near 0. Use it alone`,
      ),
    );
  });

  it('trains the segment that halts with the whole remainder, where no other controller delays it', () => {
    // The weights of a puzzle's segments sum to 1, alone and where another controller halts first.
    for (const [halting, prefix] of [
      [any(fixedSteps(3), gravesAct()), 'graves-act.'],
      [all(gravesAct({ maxSegments: 3 })), 'graves-act.'],
      [atLeast(1, gravesAct({ maxSegments: 3 }), fixedSteps(9)), 'graves-act.'],
    ] as const) {
      const weights = tf.tidy(() => {
        const controller = make(halting);
        let state = controller.initialState!(1, { seqLen: 2 });
        return [1, 2, 3].map((segment) => {
          const common = { logits: { [`${prefix}halt`]: tf.tensor1d([-1]) }, steps: tf.tensor1d([segment], 'int32') };
          const { before, after } = latents();
          const decision = { ...common, ...noAnswer, before, after, draws: undefined, training: true, state };
          const { halted, state: stateAfter = {} } = controller.decide(decision);
          expect(halted.dataSync()[0]).toBe(segment === 3 ? 1 : 0);
          const one = tf.tensor1d([1]);
          const rest = { correct: one, counted: one, halted, lookAhead: undefined, stateBefore: state, stateAfter };
          const totalOf = (tokenLoss: number) =>
            controller.losses!({ ...common, ...rest, tokenLoss: tf.tensor1d([tokenLoss]) }).total.dataSync()[0]!;
          state = stateAfter;
          return totalOf(1) - totalOf(0);
        });
      });
      expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
      expect(weights[2]).toBeGreaterThan(0.4);
    }
  });
});

describe('the losses of a quorum', () => {
  const tokenLoss = [0.1, 0.2, 0.3, 0.4];
  const sum = 1;

  /** Losses of a controller whose every logit is these, with token losses or without. */
  function total(halting: HaltingFactory, withTokens = true): number {
    return tf.tidy(() => {
      const controller = make(halting);
      const logits = Object.fromEntries(
        Object.keys(controller.logits!(tf.ones([4, 2, 4]))).map((name) => [name, tf.tensor1d([1, -1, 0.5, 2])]),
      );
      const context: HaltingLossContext = {
        logits,
        tokenLoss: withTokens ? tf.tensor1d(tokenLoss) : tf.zeros([4]),
        correct: tf.tensor1d([1, 0, 0, 1]),
        counted: tf.tensor1d([0, 1, 0, 1]),
        halted: tf.tensor1d([0, 1, 0, 1], 'bool'),
        lookAhead: controller.needsLookAhead ? logits : undefined,
        steps: tf.tensor1d([1, 2, 3, 4], 'int32'),
        stateBefore: controller.initialState?.(4, { seqLen: 2 }) ?? {},
        stateAfter: controller.initialState?.(4, { seqLen: 2 }) ?? {},
      };
      return tf.sum(controller.losses!(context).total).dataSync()[0]!;
    });
  }

  const own = (halting: HaltingFactory) => total(halting, false);

  it('add the token loss once if no member weights it', () => {
    expect(own(head)).toBeGreaterThan(0.1);
    expect(total(any(head, residual, fixedSteps(9)))).toBeCloseTo(sum + own(head), 5);
    expect(total(all(head, qLearningHalting()))).toBeCloseTo(sum + own(head) + own(qLearningHalting()), 5);
  });

  it('weight it as the only member that does', () => {
    const weighed = total(gravesAct()) - own(gravesAct());
    expect(Math.abs(weighed - sum)).toBeGreaterThan(0.1);
    expect(total(any(head, gravesAct(), residual))).toBeCloseTo(own(head) + own(gravesAct()) + weighed, 5);
  });

  it('weight it by the mean of the members that do', () => {
    const weighed = (halting: HaltingFactory) => total(halting) - own(halting);
    expect(total(any(ponder(), gravesAct()))).toBeCloseTo(
      own(ponder()) + own(gravesAct()) + (weighed(ponder()) + weighed(gravesAct())) / 2,
      5,
    );
  });
});
