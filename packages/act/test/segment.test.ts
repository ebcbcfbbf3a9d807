import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  initialCarry,
  puzzleTensors,
  qLearningHalting,
  runSegment,
  softmaxCrossEntropy,
  superviseSegment,
  type Divisor,
  type HaltingController,
  type HaltingLossContext,
  type HaltingLosses,
  type ReasoningNetwork,
  type Segment,
  type TokenLoss,
} from '@hrm/act';
import { IGNORED_LABEL } from '@hrm/data';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream, ShapeError, valueAndGradients, type NamedTensors } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { replaceParts } from '../src/testing/replace-parts';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** Halts each slot after the listed numbers of segments, and records its inputs. */
class Scripted implements HaltingController {
  readonly name = 'scripted';
  readonly parameters = {};
  needsLookAhead: boolean | 'own' = false;
  context: HaltingLossContext | undefined;
  training: boolean | undefined;
  dividedBy: Divisor = 'batch';

  constructor(
    readonly haltsAt: number[],
    readonly maxSegments = 5,
  ) {}

  draw() {
    return {};
  }
  logits(zH: tf.Tensor3D): NamedTensors {
    return { mean: tf.mean(zH, [1, 2]) };
  }
  decide({ steps, training }: Parameters<HaltingController['decide']>[0]) {
    this.training = training;
    return { halted: tf.greaterEqual(steps, tf.tensor1d(this.haltsAt, 'int32')) as tf.Tensor1D, state: {} };
  }
  losses(context: HaltingLossContext): HaltingLosses {
    this.context = context;
    const values = tf.tensor1d([20, 1, 1, 20].slice(0, context.steps.size));
    return { total: context.tokenLoss, metrics: { own: { values, dividedBy: this.dividedBy } } };
  }
}

const fresh = (network: ProbeNetwork, batch: number, seed = 1) =>
  admitPuzzles(network, initialCarry(network, batch), puzzleTensors(network.puzzles(batch, new RandomStream(seed))));

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** A network with a head that always halts, or never. */
function decided(halts: boolean, options: Parameters<typeof qLearningHalting>[0] = {}): ProbeNetwork {
  const network = new ProbeNetwork(qLearningHalting({ maxSegments: 5, ...options }));
  const { bias } = (network.halting.parameters as { head: { parameters: { bias: tf.Variable } } }).head.parameters;
  tf.tidy(() => bias.assign(tf.tensor1d(halts ? [2, -2] : [-2, 2])));
  return network;
}

describe('runSegment', () => {
  it('counts segments, and halts slots by decision of the controller in training', () => {
    const controller = new Scripted([1, 2, 3]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      let carry = fresh(network, 3);
      const halted: number[][] = [];
      for (let k = 0; k < 3; k++) {
        carry = runSegment(network, carry, { training: true }).carry;
        halted.push(numbers(carry.halted));
      }
      expect(halted).toEqual([
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
      ]);
      expect(numbers(carry.steps)).toEqual([3, 3, 3]);
      expect(controller.training).toBe(true);
    });
  });

  it('runs all slots to the last segment in evaluation', () => {
    const controller = new Scripted([1, 2, 3], 4);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      let carry = fresh(network, 3);
      for (const expected of [0, 0, 0, 1]) {
        carry = runSegment(network, carry).carry;
        expect(numbers(carry.halted)).toEqual([expected, expected, expected]);
      }
      expect(controller.training).toBe(false);
    });
  });

  it('halts early outside training if haltEarly is set, and not in training if it is false', () => {
    const network = new ProbeNetwork(() => new Scripted([1, 2, 1]));
    tf.tidy(() => {
      expect(numbers(runSegment(network, fresh(network, 3), { haltEarly: true }).carry.halted)).toEqual([1, 0, 1]);
      const held = runSegment(network, fresh(network, 3), { training: true, haltEarly: false });
      expect(numbers(held.carry.halted)).toEqual([0, 0, 0]);
    });
  });

  it('runs slots that explore for the number of segments they drew', () => {
    const network = decided(true, { exploration: 0.25 });
    tf.tidy(() => {
      const draws = {
        exploreUniform: tf.tensor1d([0.2, 0.2, 0.25, 0.9]),
        exploreMinSteps: tf.tensor1d([2, 4, 5, 5], 'int32'),
      };
      let carry = fresh(network, 4);
      const halted: number[][] = [];
      for (let k = 0; k < 4; k++) {
        carry = runSegment(network, carry, { training: true, draws }).carry;
        halted.push(numbers(carry.halted));
      }
      expect(halted).toEqual([
        [0, 0, 1, 1],
        [1, 0, 1, 1],
        [1, 0, 1, 1],
        [1, 1, 1, 1],
      ]);
    });
    network.dispose();
  });

  it('draws exploration as often as the option says, and how long it takes', () => {
    const network = decided(true, { exploration: 0.25, maxSegments: 6 });
    const draws = network.halting.draw!(new RandomStream(0), 4000);
    const uniform = [...draws['exploreUniform']!];
    const minSteps = [...draws['exploreMinSteps']!];
    expect(new Set(minSteps)).toEqual(new Set([2, 3, 4, 5, 6]));
    const explorers = uniform.filter((u) => u < 0.25).length / 4000;
    // Four standard deviations.
    expect(Math.abs(explorers - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 4000));
    network.dispose();
  });

  it('neither explores nor looks ahead with a single segment', () => {
    const network = decided(false, { maxSegments: 1 });
    expect(network.halting.draw!(new RandomStream(0), 4)).toEqual({});
    expect(network.halting.needsLookAhead).toBe(false);
    tf.tidy(() => {
      expect(numbers(runSegment(network, fresh(network, 2), { training: true }).carry.halted)).toEqual([1, 1]);
    });
    network.dispose();
  });

  it('looks ahead to the logits of the next segment, without gradient', () => {
    const network = decided(false);
    tf.tidy(() => {
      const { carry, lookAhead } = runSegment(network, fresh(network, 3), { training: true });
      const next = runSegment(network, carry);
      for (const name of ['halt', 'continue']) {
        expect(numbers(lookAhead[name]!)).toEqual(numbers(next.haltLogits[name]!));
      }
      const { gradients } = valueAndGradients(() => {
        const segment = runSegment(network, fresh(network, 3), { training: true });
        return { loss: tf.sum(segment.lookAhead['halt']!) as tf.Scalar, auxiliary: {} };
      }, [
        network.outputWeight,
        (network.halting.parameters as { head: { parameters: { weight: tf.Variable } } }).head.parameters.weight,
      ]);
      expect(gradients.flatMap(numbers).every((value) => value === 0)).toBe(true);
    });
    network.dispose();
  });

  it('looks ahead only if the losses need it', () => {
    for (const [learnContinue, training, passes] of [
      [true, true, 2],
      [false, true, 1],
      [true, false, 1],
    ] as const) {
      const network = decided(false, { learnContinue });
      let refinements = 0;
      const counting = replaceParts(network, { refine: (...args) => (refinements++, network.refine(...args)) });
      tf.tidy(() => void runSegment(counting, fresh(network, 2), { training }));
      expect(refinements, `learnContinue ${learnContinue}, training ${training}`).toBe(passes);
      network.dispose();
    }
  });

  it('passes latents on without gradient, or with it if carryGradient is set', () => {
    const network = new ProbeNetwork(() => new Scripted([9, 9]));
    tf.tidy(() => {
      const x = tf.variable(network.outputWeight as tf.Tensor);
      const admitted = fresh(network, 2);
      const zH = tf.tile(tf.reshape(tf.sum(x, 1), [1, 1, 8]), [2, 5, 1]) as tf.Tensor3D;
      const through = (carryGradient: boolean) =>
        valueAndGradients(() => {
          const start = { ...admitted, latents: { ...admitted.latents, zH: tf.mul(zH, tf.sum(x)) as tf.Tensor3D } };
          const { carry } = runSegment(network, start, { training: true, carryGradient });
          return { loss: tf.sum(carry.latents.zH) as tf.Scalar, auxiliary: { zH: carry.latents.zH } };
        }, [x]);
      const [cut, kept] = [through(false), through(true)];
      expect(numbers(cut.auxiliary.zH)).toEqual(numbers(kept.auxiliary.zH));
      expect(numbers(cut.gradients[0]!).every((value) => value === 0)).toBe(true);
      expect(numbers(kept.gradients[0]!).every((value) => value !== 0)).toBe(true);
      x.dispose();
    });
    network.dispose();
  });

  it('has gradients with respect to the given rows of the puzzle embedding', () => {
    const network = new ProbeNetwork(() => new Scripted([9, 9]));
    const rows = tf.ones<tf.Rank.R2>([2, 8]);
    let given: unknown;
    const withRows: ReasoningNetwork = replaceParts<ReasoningNetwork>(network, {
      puzzleRows: () => tf.zeros([2, 8]),
      embed: (puzzle, puzzleRows) => ((given = puzzleRows), network.embed(puzzle)),
    });
    tf.tidy(() => {
      runSegment(withRows, fresh(network, 2), { puzzleRows: rows });
      expect(given).toBe(rows);
      runSegment(withRows, fresh(network, 2));
      expect(numbers(given as tf.Tensor)).toEqual(new Array(16).fill(0));
    });
    rows.dispose();
    network.dispose();
  });

  it('keeps the carry of slots that rest, and does not change the others', () => {
    const network = new ProbeNetwork(() => new Scripted([1, 9]));
    tf.tidy(() => {
      const first = runSegment(network, fresh(network, 2), { training: true, rest: true });
      expect([numbers(first.active!), numbers(first.carry.halted)]).toEqual([
        [1, 1],
        [1, 0],
      ]);
      const goesOn = runSegment(network, first.carry, { training: true });
      const rests = runSegment(network, first.carry, { training: true, rest: true });
      expect(numbers(rests.active!)).toEqual([0, 1]);
      expect(numbers(rests.carry.steps)).toEqual([1, 2]);
      expect(numbers(goesOn.carry.steps)).toEqual([2, 2]);
      expect(numbers(rests.carry.halted)).toEqual([1, 0]);
      for (const level of ['zH', 'zL'] as const) {
        const [kept, moved, without] = [first, rests, goesOn].map(({ carry }) => tf.unstack(carry.latents[level]));
        expect(numbers(moved![0]!)).toEqual(numbers(kept![0]!));
        expect(numbers(moved![1]!)).toEqual(numbers(without![1]!));
        expect(numbers(without![0]!)).not.toEqual(numbers(kept![0]!));
      }
    });
    network.dispose();
  });

  it('passes draws to the schedule, and its regularizer and metrics to the losses', () => {
    const network = new ProbeNetwork(() => new Scripted([9, 9]));
    const withSchedule = replaceParts<ReasoningNetwork>(network, {
      refine(latents, x, draws) {
        const { latents: refined } = network.refine(latents, x);
        return {
          latents: refined,
          regularizer: tf.tensor1d([0.5, 0]),
          metrics: { drawn: draws!['own'] as tf.Tensor1D },
        };
      },
    });
    tf.tidy(() => {
      const draws = { own: tf.tensor1d([2, 3]) };
      const segment = runSegment(withSchedule, fresh(network, 2), { training: true, draws });
      const plain = runSegment(network, fresh(network, 2), { training: true, draws });
      const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
      const without = superviseSegment(network, plain, softmaxCrossEntropy);
      expect(metrics['drawn']!.total.dataSync()[0]).toBe(5);
      expect(total.dataSync()[0]! - without.total.dataSync()[0]!).toBeCloseTo(0.5, 5);
    });
    network.dispose();
  });

  it('refuses outputs that are not one value per slot, naming the controller', () => {
    const scripted = new Scripted([1, 1]);
    const network = new ProbeNetwork(() => scripted);
    tf.tidy(() => {
      const carry = fresh(network, 2);
      scripted.logits = () => ({ mean: tf.ones([2, 1]) });
      expect(() => runSegment(network, carry)).toThrow(ShapeError);
      expect(() => runSegment(network, carry)).toThrow('controller scripted, logit mean: got a tensor of shape [2, 1]');
      scripted.logits = () => ({});
      scripted.decide = () => ({ halted: tf.scalar(1, 'bool') as tf.Tensor as tf.Tensor1D, state: {} });
      expect(() => runSegment(network, carry)).toThrow('controller scripted, halted: got a tensor of shape []');
    });
    network.dispose();
  });
});

describe('superviseSegment', () => {
  /** A segment of four slots whose logits have these tokens as the answer. */
  function segmentThatSays(
    network: ProbeNetwork,
    { said, labels, halted }: { said: number[][]; labels: number[][]; halted: number[] },
  ): Segment {
    const carry = fresh(network, said.length);
    const ran = runSegment(network, carry);
    return {
      ...ran,
      logits: tf.mul(3, tf.cast(tf.oneHot(tf.tensor2d(said, undefined, 'int32'), network.vocabSize), 'float32')),
      carry: {
        ...ran.carry,
        halted: tf.tensor1d(halted, 'bool'),
        steps: tf.tensor1d([1, 3, 2, 4], 'int32'),
        puzzle: { ...ran.carry.puzzle, labels: tf.tensor2d(labels, undefined, 'int32') },
      },
    };
  }

  const said = [
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ];
  const [none, ignored] = [IGNORED_LABEL, -1];
  const labels = [
    [1, 2, 3, 4, 5], // right, but not halted
    [1, 2, none, none, 0], // two of three right
    [none, none, 3, 4, ignored], // all two right
    [none, none, none, none, none], // padding
  ];

  it('counts only slots that have just halted and have a label', () => {
    const controller = new Scripted([9, 9, 9, 9]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      const segment = segmentThatSays(network, { said, labels, halted: [0, 1, 1, 1] });
      const { metrics, counts, haltingSteps } = superviseSegment(network, segment, softmaxCrossEntropy);
      const figures = Object.fromEntries(
        Object.entries(metrics).map(([name, { total }]) => [name, total.dataSync()[0]!]),
      );
      expect(counts.counted.dataSync()[0]).toBe(2);
      expect(figures['accuracy']).toBeCloseTo(2 / 3 + 1, 6);
      expect(figures['exactAccuracy']).toBe(1);
      expect(figures['steps']).toBe(3 + 2);
      expect(figures['own']).toBe(42);
      expect(numbers(haltingSteps)).toEqual([0, 1, 1, 0, 0]);
      expect(numbers(controller.context!.correct)).toEqual([1, 0, 1, 1]);
      expect(numbers(controller.context!.counted)).toEqual([0, 1, 1, 0]);
      expect(numbers(controller.context!.halted)).toEqual([0, 1, 1, 1]);
      expect(numbers(controller.context!.steps)).toEqual([1, 3, 2, 4]);
    });
    network.dispose();
  });

  it("divides a sequence's token loss by its labelled tokens, and sums over all slots", () => {
    const controller = new Scripted([9, 9, 9, 9]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      const segment = segmentThatSays(network, { said, labels, halted: [0, 1, 1, 1] });
      const right = Math.log(Math.exp(3) + 5) - 3;
      const wrong = Math.log(Math.exp(3) + 5);
      const perSequence = [right, (2 * right + wrong) / 3, right, 0];
      const { total, metrics } = superviseSegment(network, segment, softmaxCrossEntropy);
      numbers(controller.context!.tokenLoss).forEach((loss, i) => expect(loss).toBeCloseTo(perSequence[i]!, 5));
      const sum = perSequence.reduce((a, b) => a + b);
      expect(metrics['tokenLoss']!.total.dataSync()[0]).toBeCloseTo(sum, 5);
      expect(total.dataSync()[0]).toBeCloseTo(sum, 5);
      const regularized = superviseSegment(
        network,
        { ...segment, regularizer: tf.tensor1d([0.5, 0, 0, 0]) },
        softmaxCrossEntropy,
      );
      expect(regularized.total.dataSync()[0]).toBeCloseTo(sum + 0.5, 5);
    });
    network.dispose();
  });

  it('ignores slots that rest', () => {
    const network = new ProbeNetwork(() => new Scripted([9, 9, 9, 9]));
    tf.tidy(() => {
      const segment = segmentThatSays(network, { said, labels, halted: [0, 1, 1, 1] });
      const all = superviseSegment(network, segment, softmaxCrossEntropy);
      const active = tf.tensor1d([1, 0, 1, 1]);
      // The values of a slot that rests may even be NaN.
      const regularizer = tf.tensor1d([0, Number.NaN, 0, 0]);
      const { total, metrics, counts, haltingSteps } = superviseSegment(
        network,
        { ...segment, active, regularizer },
        softmaxCrossEntropy,
      );
      const [right, wrong] = [Math.log(Math.exp(3) + 5) - 3, Math.log(Math.exp(3) + 5)];
      expect(all.total.dataSync()[0]! - total.dataSync()[0]!).toBeCloseTo((2 * right + wrong) / 3, 5);
      expect(metrics['tokenLoss']!.total.dataSync()[0]).toBe(total.dataSync()[0]);
      expect([counts.counted, metrics['own']!.total].map((figure) => figure.dataSync()[0])).toEqual([1, 41]);
      expect(numbers(haltingSteps)).toEqual([0, 1, 0, 0, 0]);
    });
    network.dispose();
  });

  it.each([
    // Slots: not halted, halted, halted, padding. Their values are 20, 1, 1 and 20.
    ['batch', 42, 4],
    ['segments', 22, 3],
    ['counted', 2, 2],
  ] as const)('sums a metric divided by %s over those slots that it counts', (dividedBy, sum, slots) => {
    const controller = new Scripted([9, 9, 9, 9]);
    controller.dividedBy = dividedBy;
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      const segment = segmentThatSays(network, { said, labels, halted: [0, 1, 1, 1] });
      const { metrics, counts } = superviseSegment(network, segment, softmaxCrossEntropy);
      expect(metrics['own']!.dividedBy).toBe(dividedBy);
      expect(metrics['own']!.total.dataSync()[0]).toBe(sum);
      expect(
        { batch: 4, segments: counts.segments.dataSync()[0], counted: counts.counted.dataSync()[0] }[dividedBy],
      ).toBe(slots);
    });
    network.dispose();
  });

  it('refuses a metric without a divisor, and a name that is taken', () => {
    const controller = new Scripted([9, 9]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      const segment = runSegment(network, fresh(network, 2), { training: true });
      const refused = (metrics: object) => {
        controller.losses = ({ tokenLoss }) => ({ total: tokenLoss, metrics: metrics as HaltingLosses['metrics'] });
        return () => superviseSegment(network, segment, softmaxCrossEntropy);
      };
      const values = tf.tensor1d([1, 2]);
      expect(refused({ doubtLoss: values })).toThrow(
        "halting controller scripted, metric doubtLoss: expected values and a divisor, as in { values: tensor, dividedBy: 'batch' }",
      );
      expect(refused({ doubt: { values, dividedBy: 'slots' } })).toThrow(
        'dividedBy is one of batch, segments, counted',
      );
      expect(refused({ steps: { values, dividedBy: 'batch' } })).toThrow('there is another metric called steps');
    });
    network.dispose();
  });

  it('refuses losses that are not one value per slot, naming the controller', () => {
    const controller = new Scripted([9, 9, 9, 9]);
    const network = new ProbeNetwork(() => controller);
    tf.tidy(() => {
      const segment = runSegment(network, fresh(network, 4), { training: true });
      controller.losses = ({ tokenLoss }) => ({ total: tf.sum(tokenLoss) as tf.Tensor as tf.Tensor1D, metrics: {} });
      expect(() => superviseSegment(network, segment, softmaxCrossEntropy)).toThrow(
        'halting controller scripted, total: got a tensor of shape [], expected [4]; one value per slot',
      );
    });
    network.dispose();
  });

  it('passes the look-ahead logits to the losses, or undefined', () => {
    const controller = new Scripted([9, 9, 9, 9]);
    const network = new ProbeNetwork(() => controller);
    const noLoss: TokenLoss = (logits) => tf.sum(tf.mul(0, logits), -1);
    tf.tidy(() => {
      for (const needsLookAhead of [false, true, 'own'] as const) {
        controller.needsLookAhead = needsLookAhead;
        const segment = runSegment(network, fresh(network, 4), { training: true });
        if (needsLookAhead === 'own')
          expect(numbers(segment.lookAhead['mean']!)).toEqual(numbers(segment.haltLogits['mean']!));
        superviseSegment(network, segment, noLoss);
        expect(Object.keys(controller.context!.lookAhead ?? {})).toEqual(needsLookAhead ? ['mean'] : []);
      }
    });
    network.dispose();
  });
});
