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
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** A good controller, some of whose methods are replaced. */
const spoiled =
  (make: HaltingFactory, spoil: (controller: HaltingController) => Partial<HaltingController>): HaltingFactory =>
  (context) => {
    const good = make(context);
    return { ...good, ...spoil(good) };
  };

/** A fault is told in a sentence, and not as a dump of what was compared. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(PartFault);
  const { message } = error as PartFault;
  expect(message).toMatch(/^[^\n]{30,450}$/);
  expect(message).not.toMatch(/toEqual|toBe|Object\.is|AssertionError/);
}

/** What some checks, by their titles, say of a controller; '' where they pass it. */
async function faults(make: HaltingFactory, titles: RegExp): Promise<string[]> {
  const subject = new ControllerSubject(make);
  const said: string[] = [];
  for (const { check } of controllerChecks.filter((candidate) => titles.test(candidate.title))) {
    try {
      await check(subject);
      said.push('');
    } catch (error) {
      expectSentence(error);
      said.push((error as Error).message);
    }
  }
  await useBackend('cpu');
  return said;
}

const halt = haltOnly({ maxSegments: 3 });
const graves = gravesAct({ maxSegments: 3 });

/** The value of `x`, with `scale` times its gradient. */
const withGradient = <T extends tf.Tensor>(x: T, scale: number) =>
  tf.customGrad((...inputs) => ({
    value: tf.clone(inputs[0] as tf.Tensor),
    gradFunc: (dy) => tf.mul(dy, scale),
  }))(x) as T;

let calls = 0;

/** What is wrong with a controller, and words of a check that says so. */
const broken: { [what: string]: [make: HaltingFactory, caughtBy: RegExp, told: RegExp] } = {
  'goes on after the last segment': [
    spoiled(halt, (good) => ({
      decide: (decision) => ({ ...good.decide(decision), halted: tf.lessEqual(decision.steps, 1) as tf.Tensor1D }),
    })),
    /halts everyone/,
    /after 3 segments, where maxSegments is 3, some slots go on.*greaterEqual\(steps, maxSegments\)/,
  ],
  'halts all slots with the first': [
    spoiled(halt, (good) => ({
      decide(decision) {
        const { halted, state } = good.decide(decision);
        return { halted: tf.logicalOr(halted, tf.slice(halted, 0, 1)) as tf.Tensor1D, state };
      },
    })),
    /each slot by itself/,
    /has another halted after segment \d among others than alone: likely a mean, maximum or first row/,
  ],
  'gives one logit for the whole batch': [
    spoiled(halt, (good) => ({ logits: (zH) => ({ halt: tf.mean(good.logits!(zH)['halt']!) }) })),
    /one row a slot/,
    /the controller threw ShapeError: .*logit halt/,
  ],
  'loses its state': [
    spoiled(graves, (good) => ({ decide: (decision) => ({ ...good.decide(decision), state: {} }) })),
    /names and shapes of its state/,
    /decide returns the state none, where initialState makes remaining \[1\] of float32: return all of it/,
  ],
  'keeps its state in itself': [
    spoiled(graves, (good) => {
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
    /a new puzzle as if/,
    /a puzzle that takes the place of another has another \w+ after segment \d .* likely the controller remembers something in itself/,
  ],
  'starts the state of a new puzzle at another value each time': [
    spoiled(graves, () => ({ initialState: (batchSize) => ({ remaining: tf.fill([batchSize], 1 / ++calls) }) })),
    /a new puzzle as if/,
    /initialState makes another state each time/,
  ],
  'has a gradient 2% too large': [
    spoiled(halt, (good) => ({
      losses: (context) => good.losses!({ ...context, logits: { halt: withGradient(context.logits['halt']!, 1.02) } }),
    })),
    /one segment's losses/,
    /the gradient by \S+ is (1\.\d+|2|2\.\d+)% off .* likely a wrong custom gradient/,
  ],
  'cuts the gradient of its state': [
    spoiled(graves, (good) => ({
      decide: (decision) => withoutGradient(() => ({ ...good.decide(decision) })),
    })),
    /losses of all segments/,
    /the gradient by \S+ is .* off .* the gradient through the state counts here/,
  ],
  'has a comparison in the way of its state': [
    spoiled(graves, (good) => ({
      decide(decision) {
        const { halted, state = {} } = good.decide(decision);
        const least = tf.mul(0.01, tf.cast(tf.greater(state['remaining']!, 0), 'float32'));
        return { halted, state: { remaining: tf.add(state['remaining']!, least) } };
      },
    })),
    /between which slots halt/,
    /likely a comparison, argMax or cast, which have no gradient/,
  ],
  'learns nothing': [
    spoiled(halt, () => ({ losses: ({ tokenLoss }) => ({ total: tokenLoss, metrics: {} }) })),
    /learns: gradient reaches/,
    /no gradient reaches halting\.\S+, so it learns nothing: likely total leaves its logits out/,
  ],
  'leaves the token loss out': [
    spoiled(halt, (good) => ({
      losses: (context) => good.losses!({ ...context, tokenLoss: tf.zerosLike(context.tokenLoss) }),
    })),
    /learns: gradient reaches/,
    /no gradient reaches \S+ by way of the token loss: add tokenLoss to total/,
  ],
  'pulls its target towards itself': [
    spoiled(qLearningHalting({ maxSegments: 3 }), (good) => ({
      losses(context) {
        const { total, metrics } = good.losses!(context);
        const gap = tf.squaredDifference(context.logits['continue']!, context.lookAhead?.['halt'] ?? 0);
        return { total: tf.add(total, tf.sum(gap)), metrics };
      },
    })),
    /no gradient into its targets/,
    /the losses have a gradient by halt, which is a target and would be moved: put it in stopGradient/,
  ],
  'takes the logarithm of a probability': [
    spoiled(halt, () => ({
      losses: ({ logits, tokenLoss }) => ({
        total: tf.sub(tokenLoss, tf.log(tf.sigmoid(logits['halt']!))),
        metrics: {},
      }),
    })),
    /finite losses/,
    /not finite with parameters of size 10000: likely the logarithm of a probability that is 0; use binaryCrossEntropy/,
  ],
  'leaks a tensor': [
    spoiled(halt, (good) => ({
      logits: (zH) => (tf.keep(tf.scalar(1)), good.logits!(zH)),
    })),
    /leaks no tensor/,
    /logits makes 3 tensors and returns 2: wrap what it does in tf.tidy/,
  ],
  'reads a value': [
    spoiled(halt, (good) => ({
      decide: (decision) => (decision.logits['halt']!.dataSync(), good.decide(decision)),
    })),
    /reads no tensor value/,
    /reads the values of a tensor with dataSync\(\), so a training step cannot be recorded/,
  ],
  'draws from chance': [
    spoiled(halt, (good) => ({
      draw(random, batchSize) {
        const draws = good.draw!(random, batchSize);
        return { ...draws, exploreUniform: Float32Array.from({ length: batchSize }, () => Math.random()) };
      },
    })),
    /alike from the same seed/,
    /draw gives other numbers from a stream with the same seed/,
  ],
  'draws too few numbers': [
    spoiled(halt, (good) => ({
      draw: (random) => good.draw!(random, 1),
    })),
    /one row a slot/,
    /draw gives 1 numbers of exploreUniform, expected 3, one for each slot/,
  ],
  'hides a parameter': [
    spoiled(halt, (good) => ({
      parameters: { bias: (good.parameters as { head: { parameters: { bias: tf.Variable } } }).head.parameters.bias },
    })),
    /leaks no tensor/,
    /making the controller makes 2 tensors, and .parameters. names 1/,
  ],
  'starts from chance': [
    spoiled(halt, (good) => {
      const { bias } = (good.parameters as { head: { parameters: { bias: tf.Variable } } }).head.parameters;
      tf.tidy(() => bias.assign(tf.tensor1d([-Math.random(), 0])));
      return {};
    }),
    /alike from the same seed/,
    /two controllers from one seed start from other parameters/,
  ],
  'depends on more than its parameters': [
    spoiled(halt, (good) => {
      const shift = ++calls;
      return { logits: (zH) => good.logits!(tf.mul(zH, shift)) };
    }),
    /copied to a fresh controller/,
    /a fresh controller with the same parameter values trains otherwise .* does not name/,
  ],
  'is another on WebAssembly': [
    spoiled(halt, (good) => ({
      logits: (zH) => good.logits!(tf.getBackend() === 'wasm' ? tf.mul(zH, 1.01) : zH),
    })),
    /every backend/,
    /training on wasm is not what it is on cpu/,
  ],
  'takes latents of any width': [
    spoiled(halt, (good) => ({
      logits: (zH) => good.logits!(tf.slice(zH, [0, 0, 0], [zH.shape[0], zH.shape[1], 8])),
    })),
    /refuses latents/,
    /logits meets latents one wider than the head is made for with not a word, expected a ShapeError/,
  ],
  'is not called': [haltOnly as never, /one row a slot/, /call it where you pass it to the model: haltOnly/],
};

describe('the kit', () => {
  it.each([
    ['with a head', halt],
    ['without', fixedSteps(3)],
  ])('passes a good controller %s', async (_, make) => {
    const said = await faults(
      spoiled(make, () => ({})),
      /./,
    );
    expect(said).toEqual(controllerChecks.map(() => ''));
  });

  it.each(Object.entries(broken))('fails a controller that %s', async (_, [make, caughtBy, told]) => {
    expect(await faults(make, caughtBy)).toEqual([expect.stringMatching(told)]);
  });
});
