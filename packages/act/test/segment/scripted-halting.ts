import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  initialCarry,
  puzzleTensors,
  qLearningHalting,
  type Carry,
  type Divisor,
  type HaltingController,
  type HaltingLossContext,
  type HaltingLosses,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream, type NamedTensors } from '@hrm/layers';

/** Halts each slot after the listed numbers of segments, and records its inputs. */
export class ScriptedHalting implements HaltingController {
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

/** A carry whose slots all hold a new puzzle. */
export const freshCarry = (network: ProbeNetwork, batch: number, seed = 1): Carry =>
  admitPuzzles(network, initialCarry(network, batch), puzzleTensors(network.puzzles(batch, new RandomStream(seed))));

export const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

type HaltingHead = { parameters: { weight: tf.Variable; bias: tf.Variable } };

/** The head from which a network reads its halting logits. */
export const haltingHead = (network: ProbeNetwork): HaltingHead['parameters'] =>
  (network.halting.parameters as { head: HaltingHead }).head.parameters;

/** A network with Q-learning whose halting head always halts, or never. */
export function qLearningNetwork(halts: boolean, options: Parameters<typeof qLearningHalting>[0] = {}): ProbeNetwork {
  const network = new ProbeNetwork(qLearningHalting({ maxSegments: 5, ...options }));
  tf.tidy(() => haltingHead(network).bias.assign(tf.tensor1d(halts ? [2, -2] : [-2, 2])));
  return network;
}
