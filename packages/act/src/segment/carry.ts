import * as tf from '@tensorflow/tfjs-core';
import type { Latents } from '@hrm/recursion';
import type { NamedTensors } from '@hrm/layers';
import { initialHaltingState } from '../controllers/halting-controller';
import type { PuzzleTensors } from './puzzle-tensors';
import type { ReasoningNetwork } from './reasoning-network';

/** The state passed from one segment to the next, for each slot of the batch. */
export type Carry = {
  latents: Latents & Record<string, tf.Tensor3D>;
  /** Segments of the slot's puzzle so far, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /** Whether the slot has halted, and takes a new puzzle at the next segment, `[batch]`, bool. */
  halted: tf.Tensor1D;
  /** The puzzle in the slot. */
  puzzle: PuzzleTensors;
  /** The halting controller's state, one row per slot; empty for most controllers. */
  halting: NamedTensors;
};

/**
 * The first carry: every slot has halted, so the first segment fills it with a puzzle.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `initial_carry`.
 */
export function initialCarry(network: ReasoningNetwork, batchSize: number): Carry {
  const { seqLen, prefixLen, latentPositions = prefixLen + seqLen, hiddenSize, halting } = network;
  return tf.tidy(() => {
    const latent = () => tf.zeros<tf.Rank.R3>([batchSize, latentPositions, hiddenSize]);
    return {
      latents: { zH: latent(), zL: latent() },
      steps: tf.zeros([batchSize], 'int32'),
      halted: tf.ones([batchSize], 'bool'),
      puzzle: {
        inputs: tf.zeros<tf.Rank.R2>([batchSize, seqLen], 'int32'),
        labels: tf.zeros<tf.Rank.R2>([batchSize, seqLen], 'int32'),
        puzzleIdentifiers: tf.zeros<tf.Rank.R1>([batchSize], 'int32'),
      },
      halting: initialHaltingState(halting, batchSize, { seqLen }),
    } as Carry;
  });
}

/** `then` in slots that have halted, `otherwise` in the others. `then` has or broadcasts to the shape of `otherwise`. */
export function whereHalted<T extends tf.Tensor>(halted: tf.Tensor1D, then: tf.Tensor, otherwise: T): T {
  const perSlot = tf.reshape(halted, [-1, ...otherwise.shape.slice(1).map(() => 1)]);
  return tf.where(perSlot, then, otherwise) as T;
}

/**
 * Puts new puzzles into the slots that have halted, with initial latents and 0 steps. The other slots keep theirs; the
 * puzzles offered to them are dropped.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1.forward`, first lines.
 */
export function admitPuzzles(network: ReasoningNetwork, carry: Carry, offered: PuzzleTensors): Carry {
  const { halted } = carry;
  const batchSize = halted.shape[0];
  return tf.tidy(() => {
    const start = network.initialLatents();
    const freshState = initialHaltingState(network.halting, batchSize, { seqLen: network.seqLen });
    for (const name of Object.keys(freshState)) {
      if (carry.halting[name]) continue;
      throw new Error(
        `admitPuzzles: the carry has no halting state "${name}", which the controller ${network.halting.name} needs; ` +
          'was it made for another controller? Start from initialCarry(network, batchSize)',
      );
    }
    return {
      latents: {
        zH: whereHalted(halted, start.zH, carry.latents.zH),
        zL: whereHalted(halted, start.zL, carry.latents.zL),
      },
      steps: whereHalted(halted, tf.zerosLike(carry.steps), carry.steps),
      halted: tf.zerosLike(halted),
      puzzle: {
        inputs: whereHalted(halted, offered.inputs, carry.puzzle.inputs),
        labels: whereHalted(halted, offered.labels, carry.puzzle.labels),
        puzzleIdentifiers: whereHalted(halted, offered.puzzleIdentifiers, carry.puzzle.puzzleIdentifiers),
      },
      halting: Object.fromEntries(
        Object.entries(freshState).map(([name, fresh]) => [name, whereHalted(halted, fresh, carry.halting[name]!)]),
      ),
    };
  });
}
