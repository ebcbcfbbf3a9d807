import * as tf from '@tensorflow/tfjs-core';
import {
  fixedSteps,
  gravesAct,
  haltOnly,
  qLearningHalting,
  type HaltingController,
  type HaltingFactory,
} from '@hrm/act';
import { controllerChecks, ControllerSubject } from '@hrm/act/testing';
import { withoutGradient } from '@hrm/layers';
import { PartFault } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** A good controller with some methods replaced. */
const withFault =
  (make: HaltingFactory, replace: (controller: HaltingController) => Partial<HaltingController>): HaltingFactory =>
  (context) => {
    const good = make(context);
    return { ...good, ...replace(good) };
  };

/** A fault is reported as one sentence, not as a dump of compared values. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(PartFault);
  const { message } = error as PartFault;
  expect(message).toMatch(/^[^\n]{30,450}$/);
  expect(message).not.toMatch(/toEqual|toBe|Object\.is|AssertionError/);
}

/** The messages of some checks, chosen by title; '' for a check that passes. */
async function faults(make: HaltingFactory, titles: RegExp): Promise<string[]> {
  const subject = new ControllerSubject(make);
  const messages: string[] = [];
  for (const { check } of controllerChecks.filter((candidate) => titles.test(candidate.title))) {
    try {
      await check(subject);
      messages.push('');
    } catch (error) {
      expectSentence(error);
      messages.push((error as Error).message);
    }
  }
  await useBackend('cpu');
  return messages;
}

const halt = haltOnly({ maxSegments: 3 });
const graves = gravesAct({ maxSegments: 3 });

/** `x`, with its gradient multiplied by `scale`. */
const withGradient = <T extends tf.Tensor>(x: T, scale: number) =>
  tf.customGrad((...inputs) => ({
    value: tf.clone(inputs[0] as tf.Tensor),
    gradFunc: (dy) => tf.mul(dy, scale),
  }))(x) as T;

let calls = 0;

/** A faulty controller for each check, with the title of the check and its message. */
const faulty: { [fault: string]: [make: HaltingFactory, title: RegExp, message: RegExp] } = {
  'goes on after the last segment': [
    withFault(halt, (good) => ({
      decide: (decision) => ({ ...good.decide(decision), halted: tf.lessEqual(decision.steps, 1) as tf.Tensor1D }),
    })),
    /halts all slots/,
    /after 3 segments, with maxSegments 3, some slots do not halt.*greaterEqual\(steps, maxSegments\)/,
  ],
  'halts all slots with the first': [
    withFault(halt, (good) => ({
      decide(decision) {
        const { halted, state } = good.decide(decision);
        return { halted: tf.logicalOr(halted, tf.slice(halted, 0, 1)) as tf.Tensor1D, state };
      },
    })),
    /each slot independently/,
    /has a different halted after segment \d in a batch than alone: likely a mean, maximum or first row/,
  ],
  'gives one logit for the whole batch': [
    withFault(halt, (good) => ({ logits: (zH) => ({ halt: tf.mean(good.logits!(zH)['halt']!) }) })),
    /one row per slot/,
    /the controller threw ShapeError: .*logit halt/,
  ],
  'loses its state': [
    withFault(graves, (good) => ({ decide: (decision) => ({ ...good.decide(decision), state: {} }) })),
    /names and shapes of its state/,
    /decide returns the state none, but initialState returns remaining \[1\] of float32: return the whole state/,
  ],
  'keeps its state outside of "state"': [
    withFault(graves, (good) => {
      let seen = 0;
      return {
        initialState: () => ({}),
        decide(decision) {
          const left = Math.max(0, 1 - 0.2 * seen++);
          const state = { remaining: tf.fill(decision.steps.shape, left) };
          return { ...good.decide({ ...decision, state }), state: {} };
        },
        losses: (context) =>
          good.losses!({ ...context, stateBefore: { remaining: tf.fill(context.steps.shape, 1 - 0.2 * seen) } }),
      };
    }),
    /a new puzzle the same results/,
    /a puzzle in a slot that had another puzzle has a different \w+ after segment \d .* likely the controller keeps values in itself/,
  ],
  'starts the state of a new puzzle at another value each time': [
    withFault(graves, () => ({ initialState: (batchSize) => ({ remaining: tf.fill([batchSize], 1 / ++calls) }) })),
    /a new puzzle the same results/,
    /initialState returns different values each time/,
  ],
  'has a gradient 2% too large': [
    withFault(halt, (good) => ({
      losses: (context) => good.losses!({ ...context, logits: { halt: withGradient(context.logits['halt']!, 1.02) } }),
    })),
    /losses of one segment/,
    /the gradient by \S+ is (1\.\d+|2|2\.\d+)% off .* likely a wrong custom gradient/,
  ],
  'cuts the gradient of its state': [
    withFault(graves, (good) => ({
      decide: (decision) => withoutGradient(() => ({ ...good.decide(decision) })),
    })),
    /losses of all segments/,
    /the gradient by \S+ is .* off .* this includes the gradient through the state/,
  ],
  'has a comparison in the way of its state': [
    withFault(graves, (good) => ({
      decide(decision) {
        const { halted, state = {} } = good.decide(decision);
        const least = tf.mul(0.01, tf.cast(tf.greater(state['remaining']!, 0), 'float32'));
        return { halted, state: { remaining: tf.add(state['remaining']!, least) } };
      },
    })),
    /while slots halt/,
    /likely a comparison, argMax or cast, which have no gradient/,
  ],
  'learns nothing': [
    withFault(halt, () => ({ losses: ({ tokenLoss }) => ({ total: tokenLoss, metrics: {} }) })),
    /passes gradient to each/,
    /no gradient reaches halting\.\S+, so it learns nothing: likely total does not use its logits/,
  ],
  'leaves the token loss out': [
    withFault(halt, (good) => ({
      losses: (context) => good.losses!({ ...context, tokenLoss: tf.zerosLike(context.tokenLoss) }),
    })),
    /passes gradient to each/,
    /no gradient of the token loss reaches \S+: add tokenLoss to total/,
  ],
  'moves its target': [
    withFault(qLearningHalting({ maxSegments: 3 }), (good) => ({
      losses(context) {
        const { total, metrics } = good.losses!(context);
        const gap = tf.squaredDifference(context.logits['continue']!, context.lookAhead?.['halt'] ?? 0);
        return { total: tf.add(total, tf.sum(gap)), metrics };
      },
    })),
    /no gradient to its targets/,
    /the losses have a gradient by halt, which is a target and would be moved: put it in stopGradient/,
  ],
  'takes the logarithm of a probability': [
    withFault(halt, () => ({
      losses: ({ logits, tokenLoss }) => ({
        total: tf.sub(tokenLoss, tf.log(tf.sigmoid(logits['halt']!))),
        metrics: {},
      }),
    })),
    /finite losses/,
    /not finite with parameters of size 10000: likely the logarithm of a probability of 0; use binaryCrossEntropy/,
  ],
  'leaks a tensor': [
    withFault(halt, (good) => ({
      logits: (zH) => (tf.keep(tf.scalar(1)), good.logits!(zH)),
    })),
    /leaks no tensor/,
    /logits makes 3 tensors and returns 2: compute in tf.tidy/,
  ],
  'reads a value': [
    withFault(halt, (good) => ({
      decide: (decision) => (decision.logits['halt']!.dataSync(), good.decide(decision)),
    })),
    /reads no tensor value/,
    /reads the values of a tensor with dataSync\(\), so a training step cannot be recorded/,
  ],
  'draws from Math.random': [
    withFault(halt, (good) => ({
      draw(random, batchSize) {
        const draws = good.draw!(random, batchSize);
        return { ...draws, exploreUniform: Float32Array.from({ length: batchSize }, () => Math.random()) };
      },
    })),
    /the same with the same seed/,
    /draw returns different numbers with the same seed/,
  ],
  'draws too few numbers': [
    withFault(halt, (good) => ({
      draw: (random) => good.draw!(random, 1),
    })),
    /one row per slot/,
    /draw returns 1 numbers of exploreUniform, expected 3, one per slot/,
  ],
  'does not name a parameter': [
    withFault(halt, (good) => ({
      parameters: { bias: (good.parameters as { head: { parameters: { bias: tf.Variable } } }).head.parameters.bias },
    })),
    /leaks no tensor/,
    /the factory makes 2 tensors, but .parameters. has 1 variables/,
  ],
  'has random initial parameters': [
    withFault(halt, (good) => {
      const { bias } = (good.parameters as { head: { parameters: { bias: tf.Variable } } }).head.parameters;
      tf.tidy(() => bias.assign(tf.tensor1d([-Math.random(), 0])));
      return {};
    }),
    /the same with the same seed/,
    /two controllers with the same seed have different initial parameters/,
  ],
  'depends on more than its parameters': [
    withFault(halt, (good) => {
      const shift = ++calls;
      return { logits: (zH) => good.logits!(tf.mul(zH, shift)) };
    }),
    /copied to a new controller/,
    /a new controller with the same parameter values trains differently .* is not in/,
  ],
  'computes differently on WebAssembly': [
    withFault(halt, (good) => ({
      logits: (zH) => good.logits!(tf.getBackend() === 'wasm' ? tf.mul(zH, 1.01) : zH),
    })),
    /every backend/,
    /training on wasm differs from cpu/,
  ],
  'takes latents of any width': [
    withFault(halt, (good) => ({
      logits: (zH) => good.logits!(tf.slice(zH, [0, 0, 0], [zH.shape[0], zH.shape[1], 8])),
    })),
    /latents of the wrong width/,
    /logits of latents that are one too wide throws nothing, expected a ShapeError/,
  ],
  'is not called': [haltOnly as never, /one row per slot/, /call it where you pass it to the model: haltOnly/],
};

describe('the kit', () => {
  it.each([
    ['with a head', halt],
    ['without', fixedSteps(3)],
  ])('passes a good controller %s', async (_, make) => {
    const messages = await faults(
      withFault(make, () => ({})),
      /./,
    );
    expect(messages).toEqual(controllerChecks.map(() => ''));
  });

  it.each(Object.entries(faulty))('fails a controller that %s', async (_, [make, title, message]) => {
    expect(await faults(make, title)).toEqual([expect.stringMatching(message)]);
  });
});
