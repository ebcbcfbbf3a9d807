import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, RandomStream, withoutGradient, type NamedTensors } from '@hrm/layers';
import { normalTensor, registeredBackends, type TestBackend } from '@hrm/layers/testing';
import type { HaltingController, HaltingFactory, HaltingLossContext } from '../controllers/halting-controller';
import { admitPuzzles, initialCarry, type Carry } from '../segment/carry';
import { puzzleTensors } from '../segment/puzzle-tensors';
import { runSegment, type Segment, type SegmentOptions } from '../segment/run-segment';
import { ProbeNetwork } from './probe-network';

/** Options of `describeController`. */
export interface ControllerTestOptions {
  /** Sizes to test with, the smallest first. Default: three, with hidden sizes of 8 and 16. */
  sizes?: readonly ControllerSizes[];
  /** Default: the backends that the test file imports. */
  backends?: readonly TestBackend[];
}

/** Sizes of a test. */
export interface ControllerSizes {
  batch: number;
  seqLen: number;
  hiddenSize: number;
}

const standardSizes: readonly ControllerSizes[] = [
  { batch: 1, seqLen: 4, hiddenSize: 8 },
  { batch: 3, seqLen: 5, hiddenSize: 8 },
  { batch: 2, seqLen: 9, hiddenSize: 16 },
];

/** A controller to test: makes it, and a network to run it. */
export class ControllerSubject {
  readonly sizes: readonly ControllerSizes[];
  readonly backends: readonly TestBackend[];

  constructor(
    readonly make: HaltingFactory,
    options: ControllerTestOptions = {},
  ) {
    this.sizes = options.sizes ?? standardSizes;
    this.backends = options.backends ?? registeredBackends();
  }

  /** Calls `use` with a network that has a new controller, and frees the network after that. */
  withNetwork<Result>(
    use: (network: ProbeNetwork) => Result,
    options: { seed?: number; hiddenSize?: number; seqLen?: number } = {},
  ): Result {
    const network = new ProbeNetwork(this.make, options);
    try {
      return use(network);
    } finally {
      network.dispose();
    }
  }
}

/** Gives a controller's parameters random values, so that some puzzles halt early and no parameter stays at 0. */
export function scramble(controller: HaltingController, scale = 0.5, seed = 3): void {
  const random = new RandomStream(seed);
  tf.tidy(() => {
    for (const parameter of namedParameters(controller).values()) {
      parameter.assign(tf.mul(scale, normalTensor(parameter.shape, random)));
    }
  });
}

/** Changes a controller's parameters a little. */
export function perturb(controller: HaltingController): void {
  const random = new RandomStream(3);
  tf.tidy(() => {
    for (const parameter of namedParameters(controller).values()) {
      parameter.assign(tf.add(parameter, tf.mul(0.3, normalTensor(parameter.shape, random))));
    }
  });
}

/** A carry with a new puzzle in every slot. */
export function freshCarry(network: ProbeNetwork, batch: number, seed = 4): Carry {
  const puzzles = puzzleTensors(network.puzzles(batch, new RandomStream(seed)));
  return admitPuzzles(network, initialCarry(network, batch), puzzles);
}

/** A controller's draws as tensors. */
export function drawTensors(controller: HaltingController, random: RandomStream, batch: number): NamedTensors {
  return Object.fromEntries(
    Object.entries(controller.draw?.(random, batch) ?? {}).map(([name, values]) => [name, tf.tensor1d(values)]),
  );
}

/** Runs all segments of the controller on the same puzzles. */
export function runAllSegments(
  network: ProbeNetwork,
  carry: Carry,
  options: (segment: number) => SegmentOptions = () => ({}),
): Segment[] {
  const segments: Segment[] = [];
  for (let k = 0; k < network.halting.maxSegments; k++) {
    segments.push(runSegment(network, segments.at(-1)?.carry ?? carry, options(k)));
  }
  return segments;
}

/** An answer without an output head: the index of the largest number at each position. */
const argMaxOf = (zH: tf.Tensor3D) => withoutGradient(() => tf.argMax<tf.Tensor2D>(zH, -1));

/** An example input of `losses`: four slots; the second and fourth have halted. */
export function lossContext(
  controller: HaltingController,
  zH: tf.Tensor3D,
  random: RandomStream,
): Omit<HaltingLossContext, 'logits'> & { lookAhead: NamedTensors | undefined } {
  const { maxSegments } = controller;
  const steps = tf.tensor1d([1, maxSegments, Math.max(1, maxSegments - 1), Math.min(2, maxSegments)], 'int32');
  const latents = () => ({ zH: normalTensor<tf.Tensor3D>(zH.shape, random), zL: zH });
  const before = latents();
  const after = latents();
  const { state = {} } = controller.decide({
    logits: controller.logits?.(after.zH) ?? {},
    steps: tf.onesLike(steps),
    draws: undefined,
    training: true,
    state: controller.initialState?.(4, { seqLen: zH.shape[1] }) ?? {},
    before,
    after,
    answer: () => argMaxOf(after.zH),
    answerBefore: () => argMaxOf(before.zH),
    readOut: (latent) => latent,
  });
  return {
    tokenLoss: tf.tensor1d([0.3, 0.1, 0.6, 0.2]),
    correct: tf.tensor1d([0, 1, 1, 0]),
    counted: tf.tensor1d([0, 1, 0, 1]),
    halted: tf.tensor1d([0, 1, 0, 1], 'bool'),
    lookAhead: controller.needsLookAhead ? (controller.logits?.(normalTensor(zH.shape, random)) ?? {}) : undefined,
    steps,
    stateBefore: state,
    stateAfter: state,
  };
}
