import * as tf from '@tensorflow/tfjs-core';
import {
  gravesAct,
  initialCarry,
  ponder,
  puzzleTensors,
  qLearningHalting,
  softmaxCrossEntropy,
  type Carry,
  type HaltingFactory,
} from '@hrm/act';
import { attentionBlock, namedParameters, type NamedTensors } from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { hrm } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import { adamW, signSgd, trainedParameters, trainingStep, updateGradients } from '@hrm/trainer';
import { carryFromHost, carryToHost } from '@hrm/trainer/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrm } from './reversal';

beforeAll(() => useBackend('cpu'));

/** A network that is differentiated as a whole, since it applies each level once; its head far from its start. */
function wholeNetwork(halting: HaltingFactory) {
  const network = hrm({
    vocabSize: 4,
    seqLen: 4,
    hiddenSize: 8,
    hLayers: 1,
    lLayers: 1,
    block: attentionBlock({ heads: 2, feedForward: 'gelu' }),
    schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
    halting,
    puzzleEmbedding: { puzzles: 3, size: 8 },
  });
  const parameters = namedParameters(network);
  const spread = (name: string, end: number) => {
    const parameter = parameters.get(name)!;
    parameter.assign(tf.reshape(tf.linspace(-end, end, parameter.size), parameter.shape));
  };
  tf.tidy(() => {
    spread('puzzleEmbedding.weight', 1);
    spread('halting.head.weight', 0.5);
    const bias = parameters.get('halting.head.bias')!;
    // Of a head of two values, halt and continue, every slot halts that does not explore.
    bias.assign(tf.fill(bias.shape, bias.size === 2 ? 2 : 0));
  });
  return network;
}

describe('updateGradients', () => {
  const continueless = qLearningHalting({ maxSegments: 3, learnContinue: false, exploration: 0.5 });
  // The first and third explore: they must go on to their second segment.
  const explore = () => ({ exploreUniform: tf.tensor1d([0, 1, 0, 1]), exploreMinSteps: tf.fill([4], 2, 'int32') });
  it.each<[string, HaltingFactory, number, number[]]>([
    ['one segment', continueless, 1, [2, 0, 0]],
    ['two segments, in which some halt', continueless, 2, [2, 2, 0]],
    ['two segments, Graves ACT', gravesAct({ maxSegments: 2, ponderWeight: 0.5 }), 2, [0, 4]],
    ['three segments, Graves ACT that stops after two', gravesAct({ maxSegments: 2, ponderWeight: 0.5 }), 3, [0, 4]],
    ['two segments, PonderNet', ponder({ maxSegments: 2, divergenceWeight: 0.5 }), 2, [0, 4]],
  ])('are those of the loss over the batch size: %s', (_, halting, segments, haltingSteps) => {
    const network = wholeNetwork(halting);
    const [batch] = reversalBatches(1);
    const [carry, offered, drawn] = tf.tidy(() => [initialCarry(network, 4), puzzleTensors(batch!), explore()]);
    const step = () =>
      updateGradients(network, softmaxCrossEntropy, {
        carry,
        offered,
        draws: new Array<NamedTensors>(segments).fill(drawn),
      });

    const trained = trainedParameters(network);
    const update = step();
    expect([...update.haltingSteps.dataSync()]).toEqual(haltingSteps);
    expect(Object.keys(update.gradients)).toEqual(Object.keys(trained));
    for (const [name, parameter] of Object.entries(trained)) {
      // The tape's own gradient of the loss would agree with differences trivially: take the one that training uses.
      const [check] = checkGradients(
        () => tf.tidy(() => withSlope(tf.div(step().loss, 4), parameter, update.gradients[name]!)),
        { [name]: parameter },
        { directions: 0, step: 0.003 },
      );
      expect(check, name).toBeDefined();
      expect(check!.error, `${name}: ${check!.byTape} by tape, ${check!.byDifferences} by differences`).toBeLessThan(
        5e-3,
      );
    }
    tf.dispose([carry, offered, drawn, update] as unknown as tf.TensorContainer);
    network.dispose();
  });

  it('add up the losses of the segments, and let gradient through the carry from one to the next', () => {
    const network = wholeNetwork(gravesAct({ maxSegments: 2, ponderWeight: 0.5 }));
    const [batch] = reversalBatches(1);
    tf.tidy(() => {
      const [carry, offered] = [initialCarry(network, 4), puzzleTensors(batch!)];
      const together = updateGradients(network, softmaxCrossEntropy, { carry, offered, draws: [{}, {}] });
      const first = updateGradients(network, softmaxCrossEntropy, { carry, offered, draws: [{}] });
      const second = updateGradients(network, softmaxCrossEntropy, { carry: first.carry, offered, draws: [{}] });
      const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];
      expect(numbers(together.loss)[0]).toBeCloseTo(numbers(first.loss)[0]! + numbers(second.loss)[0]!, 5);
      for (const name of ['tokenLoss', 'weightedTokenLoss', 'steps']) {
        const sum = numbers(first.metrics[name]!.total)[0]! + numbers(second.metrics[name]!.total)[0]!;
        expect(numbers(together.metrics[name]!.total)[0], name).toBeCloseTo(sum, 5);
      }
      for (const name of ['segments', 'counted'] as const) {
        const sum = numbers(first.counts[name])[0]! + numbers(second.counts[name])[0]!;
        expect(numbers(together.counts[name])[0], name).toBe(sum);
      }
      expect(numbers(together.carry.latents.zH)).toEqual(numbers(second.carry.latents.zH));
      for (const name of ['halting.head.weight', 'lowLevel.blocks.0.feedForward.up.weight']) {
        const apart = tf.add(first.gradients[name]!, second.gradients[name]!);
        const difference = tf.norm(tf.sub(together.gradients[name]!, apart)).dataSync()[0]!;
        expect(difference / tf.norm(apart).dataSync()[0]!, name).toBeGreaterThan(0.05);
      }
    });
    network.dispose();
  });

  it('let a puzzle that halts rest for the remaining segments of the update', () => {
    const network = smallTrm();
    const [batch] = reversalBatches(1);
    tf.tidy(() => {
      namedParameters(network)
        .get('halting.head.bias')!
        .assign(tf.tensor1d([5, -5]));
      const [carry, offered] = [initialCarry(network, 4), puzzleTensors(batch!)];
      const draws = explore();
      const one = updateGradients(network, softmaxCrossEntropy, { carry, offered, draws: [draws] });
      const many = updateGradients(network, softmaxCrossEntropy, { carry, offered, draws: [draws, draws, draws] });
      expect([...one.carry.halted.dataSync()]).toEqual([0, 1, 0, 1]);
      expect([...many.carry.halted.dataSync()]).toEqual([1, 1, 1, 1]);
      expect([...many.carry.steps.dataSync()]).toEqual([2, 1, 2, 1]);
      expect([...many.haltingSteps.dataSync()]).toEqual([2, 2, 0]);
      expect(many.counts.counted.dataSync()[0]).toBe(4);
      const [early, rested] = [one, many].map((update) => tf.unstack(update.carry.latents.zH)[1]!.dataSync());
      expect(rested).toEqual(early);
      // The third segment has nobody left: it changes nothing.
      const two = updateGradients(network, softmaxCrossEntropy, { carry, offered, draws: [draws, draws] });
      expect([...many.loss.dataSync()]).toEqual([...two.loss.dataSync()]);
      for (const [name, gradient] of Object.entries(two.gradients)) {
        const error = tf.max(tf.abs(tf.sub(many.gradients[name]!, gradient))).dataSync()[0];
        expect(error, name).toBeLessThan(1e-7);
      }
    });
    network.dispose();
  });

  it('do not include the initial latents or the puzzle table, whose rows are trained instead', () => {
    const network = smallHrm();
    const names = Object.keys(trainedParameters(network));
    expect(names).toContain('tokenEmbedding.weight');
    expect(names.filter((name) => /initialLatents|puzzleEmbedding/.test(name))).toEqual([]);
    const [batch] = reversalBatches(1);
    tf.tidy(() => {
      const { puzzle } = updateGradients(network, softmaxCrossEntropy, {
        carry: initialCarry(network, 4),
        offered: puzzleTensors(batch!),
        draws: [{}],
      });
      expect([puzzle.rows!.shape, puzzle.gradients!.shape]).toEqual([
        [4, 8],
        [4, 8],
      ]);
      expect(puzzle.gradients!.dataSync().some((value) => value !== 0)).toBe(true);
    });
    network.dispose();
  });
});

/** `value`, whose gradient by `x` is said to be `slope`. */
function withSlope(value: tf.Tensor, x: tf.Tensor, slope: tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({ value: tf.clone(value), gradFunc: (dy) => [tf.mul(dy, slope)] }))(x);
}

describe('trainingStep', () => {
  it('assigns nothing, and frees everything except its results', () => {
    const network = smallHrm();
    const optimizer = adamW({ learningRate: 0.1 });
    const step = trainingStep({
      network,
      tokenLoss: softmaxCrossEntropy,
      optimizer,
      puzzleOptimizer: signSgd({ learningRate: 0.1 }),
      emaDecay: 0.9,
    });
    const [batch] = reversalBatches(1);
    const weights = () => [...namedParameters(network).values()].map((parameter) => parameter.dataSync().slice(0, 8));
    const before = weights();
    tf.tidy(() => {
      const trained = trainedParameters(network);
      const input = {
        carry: initialCarry(network, 4),
        offered: puzzleTensors(batch!),
        draws: [{ exploreUniform: tf.ones([4]), exploreMinSteps: tf.fill([4], 2, 'int32') }],
        optimizerState: optimizer.init(trained),
        ema: trained,
        rates: { parameters: tf.scalar(0.1), puzzles: tf.scalar(0.1) },
      };
      const { numTensors } = tf.memory();
      const output = step(input);
      const given = new Set<number>();
      const count = (value: unknown) => {
        if (value instanceof tf.Tensor) given.add(value.id);
        else if (typeof value === 'object' && value !== null) Object.values(value).forEach(count);
      };
      count(output);
      expect(tf.memory().numTensors - numTensors).toBe(given.size);
      expect(weights()).toEqual(before);
      expect(Object.keys(output.parameters)).toEqual([...Object.keys(trained), 'puzzleEmbedding.weight']);
      expect(Object.keys(output.ema)).toEqual(Object.keys(trained));
      // Adam's first step is the learning rate, up or down, wherever there is a gradient.
      const moved = tf.abs(tf.sub(output.parameters['outputHead.weight']!, trained['outputHead.weight']!)).dataSync();
      for (const distance of moved) expect(distance).toBeCloseTo(0.1, 3);
    });
    network.dispose();
  });
});

describe('carryToHost and carryFromHost', () => {
  it('convert everything there and back, also the state of a halting controller', async () => {
    const network = smallHrm();
    const carry: Carry = { ...initialCarry(network, 2), halting: { left: tf.tensor1d([0.25, 0.5]) } };
    const host = await carryToHost(carry);
    expect([...host.keys()]).toEqual([
      'zH',
      'zL',
      'steps',
      'halted',
      'puzzle.inputs',
      'puzzle.labels',
      'puzzle.puzzleIdentifiers',
      'halting.left',
    ]);
    const back = carryFromHost(host);
    expect(await carryToHost(back)).toEqual(host);
    expect([back.halted.dtype, back.steps.dtype, back.latents.zH.shape]).toEqual(['bool', 'int32', [2, 5, 8]]);
    expect(() => carryFromHost(new Map([...host].slice(1)))).toThrow('The saved carry has no "zH"');
    tf.dispose([carry, back] as unknown as tf.TensorContainer);
    network.dispose();
  });
});
