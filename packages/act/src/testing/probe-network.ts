import * as tf from '@tensorflow/tfjs-core';
import { disposeParameters, Linear, RandomStream, TokenEmbedding, type ParameterTree } from '@hrm/layers';
import { expectFactory } from '@hrm/layers/internal';
import type { Latents, Refinement } from '@hrm/recursion';
import { expectController } from '../controllers/expect-controller';
import type { HaltingController, HaltingFactory } from '../controllers/halting-controller';
import type { PuzzleBatch } from '@hrm/data';
import type { PuzzleTensors } from '../segment/puzzle-tensors';
import type { ReasoningNetwork } from '../segment/reasoning-network';

/** Sizes of a {@link ProbeNetwork}. */
export interface ProbeNetworkOptions {
  /** Default 8. */
  hiddenSize?: number;
  /** Default 5. */
  seqLen?: number;
  /** Default 6. */
  vocabSize?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * A minimal network for tests of controllers. It runs hundreds of segments per second. Each segment moves the latents
 * towards a fixed point that depends on the puzzle. The gradient flows through the whole network.
 *
 * @example
 * ```ts
 * // my-inference.test.ts
 * import { residualHalting, Solver } from '@hrm/act';
 * import { ProbeNetwork } from '@hrm/act/testing';
 * import { expect, test } from 'vitest';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * test('puzzles halt early', async () => {
 *   const network = new ProbeNetwork(residualHalting({ tolerance: 0.2, maxSegments: 16 }));
 *   const { segments } = await new Solver(network).solve([1, 2, 3, 4, 5], { until: 'halted' });
 *   expect(segments).toBeLessThan(16);
 * });
 * ```
 */
export class ProbeNetwork implements ReasoningNetwork {
  readonly hiddenSize: number;
  readonly seqLen: number;
  readonly vocabSize: number;
  readonly prefixLen = 0;
  readonly halting: HaltingController;
  readonly parameters: ParameterTree;
  readonly #tokens: TokenEmbedding;
  readonly #mix: Linear;
  readonly #output: Linear;
  readonly #start: { zH: tf.Variable; zL: tf.Variable };

  constructor(halting: HaltingFactory, options: ProbeNetworkOptions = {}) {
    const { hiddenSize = 8, seqLen = 5, vocabSize = 6, seed = 0 } = options;
    const random = new RandomStream(seed);
    this.hiddenSize = hiddenSize;
    this.seqLen = seqLen;
    this.vocabSize = vocabSize;
    this.#tokens = new TokenEmbedding({ vocabSize, hiddenSize, random });
    this.#mix = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
    this.#output = new Linear({ inputSize: hiddenSize, outputSize: vocabSize, random });
    const vector = () => tf.variable(tf.tensor1d(Array.from({ length: hiddenSize }, () => random.normal())), false);
    this.#start = tf.tidy(() => ({ zH: vector(), zL: vector() }));
    // Last, so that the rest of the network is the same with every controller.
    expectFactory('ProbeNetwork: halting', halting, 'haltOnly()');
    this.halting = halting({ hiddenSize, random });
    expectController('ProbeNetwork: what halting made', this.halting);
    this.parameters = {
      tokens: this.#tokens,
      mix: this.#mix,
      output: this.#output,
      initialLatents: this.#start,
      halting: this.halting,
    };
  }

  /** A parameter that the losses of every controller depend on, `[hiddenSize, vocabSize]`. */
  get outputWeight(): tf.Variable {
    return this.#output.parameters.weight;
  }

  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor } {
    return this.#start;
  }

  puzzleRows(): undefined {
    return undefined;
  }

  embed({ inputs }: PuzzleTensors): tf.Tensor3D {
    return tf.tidy(() => tf.mul(2, this.#tokens.apply(inputs)));
  }

  refine({ zH, zL }: Latents, x: tf.Tensor3D): Refinement {
    return tf.tidy(() => {
      const low = tf.tanh(tf.add(x, tf.add(tf.mul(0.3, zL), tf.mul(0.5, zH))));
      // With the mean over positions, every token influences the halting value at position 0.
      const mixed = tf.add(low, tf.mean(low, 1, true));
      const high = tf.tanh(tf.add(tf.mul(0.5, zH), this.#mix.apply(mixed)));
      return { latents: { zH: high, zL: low } } as Refinement & tf.TensorContainerObject;
    });
  }

  readOut(zH: tf.Tensor3D): tf.Tensor3D {
    return this.#output.apply(zH);
  }

  /** Random puzzles. The label of a token is the token + 1, modulo the vocabulary size. */
  puzzles(batchSize: number, random: RandomStream): PuzzleBatch {
    const inputs = Int32Array.from({ length: batchSize * this.seqLen }, () => random.integer(0, this.vocabSize));
    return {
      inputs,
      labels: inputs.map((token) => (token + 1) % this.vocabSize),
      puzzleIdentifiers: new Int32Array(batchSize),
      batchSize,
      seqLen: this.seqLen,
    };
  }

  /** Frees the memory of all parameters. */
  dispose(): void {
    disposeParameters(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
