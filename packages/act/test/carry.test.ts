import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  gravesAct,
  haltOnly,
  initialCarry,
  puzzleTensors,
  type Carry,
  type ReasoningNetwork,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream, valueAndGradients } from '@hrm/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceParts } from '../src/testing/replace-parts';
import { useBackend } from '../../layers/test/backends';

const backends = ['cpu', 'wasm'] as const;

describe.each(backends)('the carry on %s', (backend) => {
  let network: ProbeNetwork;
  beforeAll(async () => {
    await useBackend(backend);
    network = new ProbeNetwork(gravesAct());
  });
  afterAll(() => network.dispose());

  const offered = (seed: number) => ({
    ...puzzleTensors(network.puzzles(4, new RandomStream(seed))),
    puzzleIdentifiers: tf.tensor1d([10, 11, 12, 13], 'int32'),
  });

  /** A carry of four slots after some segments. The second and third slot have halted. */
  const midway = (): Carry => ({
    latents: {
      zH: tf.fill([4, network.seqLen, network.hiddenSize], 7) as tf.Tensor3D,
      zL: tf.fill([4, network.seqLen, network.hiddenSize], 8) as tf.Tensor3D,
    },
    steps: tf.tensor1d([1, 2, 3, 4], 'int32'),
    halted: tf.tensor1d([0, 1, 1, 0], 'bool'),
    puzzle: {
      inputs: tf.fill([4, network.seqLen], 2, 'int32') as tf.Tensor2D,
      labels: tf.fill([4, network.seqLen], 3, 'int32') as tf.Tensor2D,
      puzzleIdentifiers: tf.tensor1d([20, 21, 22, 23], 'int32'),
    },
    halting: { remaining: tf.tensor1d([0.1, 0.2, 0.3, 0.4]) },
  });

  it('starts with every slot halted', () => {
    tf.tidy(() => {
      const carry = initialCarry(network, 3);
      expect([...carry.halted.dataSync()]).toEqual([1, 1, 1]);
      expect([...carry.steps.dataSync()]).toEqual([0, 0, 0]);
      expect(carry.latents.zH.shape).toEqual([3, network.seqLen, network.hiddenSize]);
      expect(carry.puzzle.inputs.shape).toEqual([3, network.seqLen]);
      expect([carry.halted.dtype, carry.steps.dtype, carry.puzzle.labels.dtype]).toEqual(['bool', 'int32', 'int32']);
      expect([...carry.halting['remaining']!.dataSync()]).toEqual([1, 1, 1]);
    });
  });

  it('has positions for the puzzle embedding before the tokens', () => {
    tf.tidy(() => {
      const prefixed = replaceParts<ReasoningNetwork>(network, { prefixLen: 2 });
      const { latents, puzzle } = initialCarry(prefixed, 3);
      expect([latents.zL.shape[1], puzzle.inputs.shape[1]]).toEqual([network.seqLen + 2, network.seqLen]);
    });
  });

  it('puts new puzzles only into slots that have halted, with initial latents, steps and state', () => {
    tf.tidy(() => {
      const before = midway();
      const batch = offered(1);
      const after = admitPuzzles(network, before, batch);
      expect([...after.halted.dataSync()]).toEqual([0, 0, 0, 0]);
      expect([...after.steps.dataSync()]).toEqual([1, 0, 0, 4]);
      expect([...after.puzzle.puzzleIdentifiers.dataSync()]).toEqual([20, 11, 12, 23]);
      expect(after.puzzle.inputs.arraySync()).toEqual([
        [2, 2, 2, 2, 2],
        batch.inputs.arraySync()[1],
        batch.inputs.arraySync()[2],
        [2, 2, 2, 2, 2],
      ]);
      expect(after.puzzle.labels.arraySync().map((row) => row[0])).toEqual([
        3,
        batch.labels.arraySync()[1]![0],
        batch.labels.arraySync()[2]![0],
        3,
      ]);
      const start = network.initialLatents();
      for (const [name, old] of [
        ['zH', 7],
        ['zL', 8],
      ] as const) {
        const fresh = Array.from({ length: network.seqLen }, () => start[name].arraySync());
        const kept = (tf.fill([network.seqLen, network.hiddenSize], old) as tf.Tensor2D).arraySync();
        expect(after.latents[name].arraySync()).toEqual([kept, fresh, fresh, kept]);
      }
      const remaining = [...after.halting['remaining']!.dataSync()];
      [0.1, 1, 1, 0.4].forEach((value, i) => expect(remaining[i]).toBeCloseTo(value, 6));
      expect(after.puzzle.inputs.dtype).toBe('int32');
    });
  });

  it('keeps the gradient of slots that go on, and cuts it in slots with a new puzzle', () => {
    tf.tidy(() => {
      const carry = midway();
      const { gradients } = valueAndGradients(() => {
        const { latents, halting } = admitPuzzles(network, carry, offered(1));
        return {
          loss: tf.add(tf.sum(latents.zH), tf.sum(tf.mul(3, halting['remaining']!))) as tf.Scalar,
          auxiliary: {},
        };
      }, [carry.latents.zH, carry.halting['remaining']!]);
      expect([...tf.mean(gradients[0]!, [1, 2]).dataSync()]).toEqual([1, 0, 0, 1]);
      expect([...gradients[1]!.dataSync()]).toEqual([3, 0, 0, 3]);
    });
  });

  it('refuses the carry of another controller', () => {
    const stateless = new ProbeNetwork(haltOnly());
    tf.tidy(() => {
      const carry = initialCarry(stateless, 4);
      expect(() => admitPuzzles(network, carry, offered(1))).toThrow(
        /no halting state "remaining", which the controller graves-act needs.* initialCarry/,
      );
    });
    stateless.dispose();
  });

  it('leaks no tensor', () => {
    const before = tf.memory().numTensors;
    const carry = initialCarry(network, 4);
    expect(tf.memory().numTensors - before).toBe(8);
    const batch = puzzleTensors(network.puzzles(4, new RandomStream(0)));
    const admitted = admitPuzzles(network, carry, batch);
    expect(tf.memory().numTensors - before).toBe(8 + 3 + 8);
    tf.dispose([carry, batch, admitted]);
    expect(tf.memory().numTensors - before).toBe(0);
  });
});
