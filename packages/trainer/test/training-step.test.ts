import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleBatch, qLearningHalting, softmaxCrossEntropy, type Carry } from '@hrm/act';
import { attentionBlock, namedParameters } from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { hrm } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import {
  adamW,
  carryFromHost,
  carryToHost,
  segmentGradients,
  signSgd,
  trainedParameters,
  trainingStep,
} from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';
import { reversalBatches, smallHrm } from './reversal';

beforeAll(() => useBackend('cpu'));

describe('segmentGradients', () => {
  it('are those of the loss over the batch size, for a network that is differentiated as a whole', () => {
    // One application of each level: nothing is left out of the gradient. Without the continue value nothing looks ahead.
    const network = hrm({
      vocabSize: 4,
      seqLen: 4,
      hiddenSize: 8,
      hLayers: 1,
      lLayers: 1,
      block: attentionBlock({ heads: 2, feedForward: 'gelu' }),
      schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
      halting: qLearningHalting({ maxSegments: 3, learnContinue: false }),
      puzzleEmbedding: { puzzles: 3, size: 8 },
    });
    const [batch] = reversalBatches(1, { batchSize: 2 });
    const [carry, offered] = tf.tidy(() => {
      const table = namedParameters(network).get('puzzleEmbedding.weight')!;
      table.assign(tf.reshape(tf.linspace(-1, 1, table.size), table.shape));
      // Away from its start, where nothing but the bias matters and the loss is far from linear.
      const head = namedParameters(network).get('halting.head.weight')!;
      head.assign(tf.reshape(tf.linspace(-0.5, 0.5, head.size), head.shape));
      namedParameters(network)
        .get('halting.head.bias')!
        .assign(tf.zeros([2]));
      return [initialCarry(network, 2), puzzleBatch(batch!)];
    });
    const step = () => segmentGradients(network, softmaxCrossEntropy, { carry, offered, draws: {} });

    const trained = trainedParameters(network);
    const segment = step();
    expect(Object.keys(segment.gradients)).toEqual(Object.keys(trained));
    for (const [name, parameter] of Object.entries(trained)) {
      // The tape's own gradient of the loss would agree with differences trivially: take the one that training uses.
      const [check] = checkGradients(
        () => tf.tidy(() => withSlope(tf.div(step().loss, 2), parameter, segment.gradients[name]!)),
        { [name]: parameter },
        { directions: 0, step: 0.003 },
      );
      expect(check, name).toBeDefined();
      expect(check!.error, `${name}: ${check!.byTape} by tape, ${check!.byDifferences} by differences`).toBeLessThan(
        5e-3,
      );
    }
    tf.dispose([carry, offered, segment] as unknown as tf.TensorContainer);
    network.dispose();
  });

  it('leave out of training the initial latents and the puzzle table, which is trained by its rows', () => {
    const network = smallHrm();
    const names = Object.keys(trainedParameters(network));
    expect(names).toContain('tokenEmbedding.weight');
    expect(names.filter((name) => /initialLatents|puzzleEmbedding/.test(name))).toEqual([]);
    const [batch] = reversalBatches(1);
    tf.tidy(() => {
      const { puzzle } = segmentGradients(network, softmaxCrossEntropy, {
        carry: initialCarry(network, 4),
        offered: puzzleBatch(batch!),
        draws: {},
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
  it('assigns nothing, and frees all but what it gives', () => {
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
        offered: puzzleBatch(batch!),
        draws: { exploreUniform: tf.ones([4]), exploreMinSteps: tf.fill([4], 2, 'int32') },
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
  it('carry everything there and back, the state of a halting controller too', async () => {
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
