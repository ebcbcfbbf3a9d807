import type { RecursiveReasoner } from '@hrm/models';
import type { Application, Latents } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import { choicesOf, type Puzzle } from '../puzzles/puzzle';

/** At most this many numbers of a latent take part in its path. */
const MOST_COORDINATES = 2048;

/** What one application did in each row of the batch, as tensors that are kept until they are read. */
export type KeptApplication = {
  application: Application;
  /** The latent that it moved. */
  latent: 'zL' | 'zH';
  /** `[rows, cells * values]` */
  confidence: tf.Tensor2D;
  /** `[rows]` */
  residual: tf.Tensor1D;
  /** `[rows, cells]` */
  movement: tf.Tensor2D;
  /** Evenly spread numbers of that latent after it, `[rows, coordinates]`. */
  state: tf.Tensor2D;
  /** Those of both latents before it; only of the first application. */
  before: { zL: tf.Tensor2D; zH: tf.Tensor2D } | undefined;
};

/** An application as it is observed. */
export interface ObservedApplication {
  application: Application;
  before: Latents;
  after: Latents;
  /** Whether the latents before it are kept too. */
  isFirst: boolean;
}

/** Measures an application. */
export function keepApplication(
  model: RecursiveReasoner,
  puzzle: Puzzle,
  { application, isFirst, ...latents }: ObservedApplication,
): KeptApplication {
  // The schedule `recall` has one latent, zH, which takes the place of zL in f_L.
  const isRecall = model.schedule.name === 'recall';
  const { before, after } = isRecall ? { before: turned(latents.before), after: turned(latents.after) } : latents;
  const moved = application === 'fL' && !isRecall ? 'zL' : 'zH';
  return tf.tidy(() => {
    const rows = after.zH.shape[0];
    const difference = tf.sub<tf.Tensor3D>(after[moved], before[moved]);
    const tokens = choicesOf(puzzle).values.map((value) => value + 1);
    const logits = tf.gather(model.readOut(after.zH), tf.tensor1d(tokens, 'int32'), 2);
    const kept = {
      confidence: tf.reshape(tf.softmax(logits), [rows, -1]) as tf.Tensor2D,
      residual: tf.div<tf.Tensor1D>(lengths(difference), tf.maximum(lengths(before[moved]), 1e-12)),
      movement: movementOfCells(model, difference),
      state: coordinates(after[moved]),
    };
    for (const tensor of Object.values(kept)) tf.keep(tensor);
    const start = isFirst ? { zL: coordinates(before.zL), zH: coordinates(before.zH) } : undefined;
    for (const tensor of Object.values(start ?? {})) tf.keep(tensor);
    return { application, latent: moved, ...kept, before: start };
  });
}

const turned = ({ zL, zH }: Latents): Latents => ({ zL: zH, zH: zL });

/** The length of each row's part of a latent. */
const lengths = (latent: tf.Tensor3D) => tf.norm(tf.reshape(latent, [latent.shape[0], -1]), 2, 1) as tf.Tensor1D;

/** The length of each cell's part of a difference, relative to the greatest of its row. */
function movementOfCells(model: RecursiveReasoner, difference: tf.Tensor3D): tf.Tensor2D {
  const { prefixLen, latentPositions, seqLen } = model;
  const rows = difference.shape[0];
  const ofCells = tf.slice(difference, [0, prefixLen, 0], [rows, latentPositions - prefixLen, -1]);
  const moved = tf.norm(tf.reshape(ofCells, [rows, seqLen, -1]), 2, 2);
  return tf.div(moved, tf.maximum(tf.max(moved, 1, true), 1e-12));
}

function coordinates(latent: tf.Tensor3D): tf.Tensor2D {
  const [rows, size] = [latent.shape[0], latent.size / latent.shape[0]];
  const flat = tf.reshape(latent, [rows, size]);
  return tf.stridedSlice(flat, [0, 0], [rows, size], [1, Math.ceil(size / MOST_COORDINATES)]) as tf.Tensor2D;
}
