import { admitPuzzles, initialCarry, puzzleTensors, runSegment } from '@hrm/act';
import { IGNORED_LABEL } from '@hrm/data';
import { disposeAll, mapTensors, type NamedTensors } from '@hrm/layers';
import { observeRefinements, type RecursiveReasoner } from '@hrm/models';
import type { Application } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import type { Thought, ThoughtSegment } from './thought';

/** Sudoku's digit 1 as a token; 0 pads, 1 is blank. */
const FIRST_DIGIT = 2;

/** Tensors of one application, kept until the segment is done. */
type KeptThought = {
  application: Application;
  confidence: tf.Tensor1D;
  residual: tf.Scalar;
  movement: tf.Tensor1D;
  /** The latent that it moved. */
  latent: tf.Tensor;
};

/** A latent after an application, for its path. */
export type OnLatent = (latent: 'zL' | 'zH', values: Float32Array) => void;

/**
 * Solves a puzzle segment by segment, and yields what each application of f_L and f_H did.
 *
 * @param inputs tokens of a Sudoku, `[seqLen]`.
 * @param onLatent called with the latents at the start, and with the latent that each application moved.
 */
export async function* think(
  model: RecursiveReasoner,
  inputs: Int32Array,
  { segments, onLatent }: { segments: number; onLatent?: OnLatent },
): AsyncGenerator<ThoughtSegment, void, undefined> {
  let kept: KeptThought[] = [];
  const network = observeRefinements(model, (application, before, after) => {
    kept.push(tf.tidy(() => keepThought(model, application, before, after)));
  });
  let carry = tf.tidy(() => admitPuzzles(network, initialCarry(network, 1), puzzleOf(inputs)));
  try {
    if (onLatent) {
      for (const name of ['zL', 'zH'] as const) onLatent(name, (await carry.latents[name].data()) as Float32Array);
    }
    for (let segment = 1; segment <= segments; segment++) {
      const begun = performance.now();
      const after = tf.tidy(() => {
        const { carry: next, haltLogits, decided } = runSegment(network, carry, { haltEarly: true });
        const moved = { zL: change(carry.latents.zL, next.latents.zL), zH: change(carry.latents.zH, next.latents.zH) };
        const halting = mapTensors(learnedOf(model, haltLogits), (logit) => tf.sigmoid(logit));
        // Copies: unchanged tensors belong to the carry before, which is disposed.
        return { carry: mapTensors(next, (tensor) => tf.clone(tensor)), halting, moved, decided: tf.clone(decided) };
      });
      disposeAll(carry);
      carry = after.carry;
      const thoughts: Thought[] = [];
      for (const { application, latent, ...tensors } of kept) {
        onLatent?.(application === 'fL' ? 'zL' : 'zH', (await latent.data()) as Float32Array);
        const [confidence, movement] = [await tensors.confidence.data(), await tensors.movement.data()];
        const residual = await numberIn(tensors.residual);
        thoughts.push({
          segment,
          application,
          confidence: confidence as Float32Array,
          movement: movement as Float32Array,
          residual,
        });
      }
      const halting: Record<string, number> = {};
      for (const [name, value] of Object.entries(after.halting)) halting[name] = await numberIn(value);
      const residuals = { zL: await numberIn(after.moved.zL), zH: await numberIn(after.moved.zH) };
      const halts = Boolean(await numberIn(after.decided));
      disposeAll([kept, after.halting, after.moved, after.decided]);
      kept = [];
      const milliseconds = performance.now() - begun;
      yield { figures: { segment, halting, halts, residuals, milliseconds }, thoughts };
    }
  } finally {
    disposeAll([carry, kept]);
  }
}

function keepThought(
  model: RecursiveReasoner,
  application: Application,
  before: { zL: tf.Tensor3D; zH: tf.Tensor3D },
  after: { zL: tf.Tensor3D; zH: tf.Tensor3D },
): KeptThought {
  const name = application === 'fL' ? 'zL' : 'zH';
  const digits = model.vocabSize - FIRST_DIGIT;
  const logits = tf.slice(model.readOut(after.zH), [0, 0, FIRST_DIGIT], [1, model.seqLen, digits]);
  const thought = {
    confidence: tf.reshape(tf.softmax(logits), [-1]) as tf.Tensor1D,
    residual: change(before[name], after[name]),
    movement: movementOfCells(model, tf.sub(after[name], before[name])),
    latent: tf.clone(after[name]),
  };
  for (const tensor of Object.values(thought)) tf.keep(tensor);
  return { application, ...thought };
}

/** The values that the controller learns. TRM's head has a second output that nothing trains. */
function learnedOf({ halting }: RecursiveReasoner, { continue: goOn, ...logits }: NamedTensors): NamedTensors {
  return goOn && halting.name !== 'halt-only' ? { ...logits, continue: goOn } : logits;
}

/** The length of each cell's part of a difference, relative to the greatest: `[seqLen]`. */
function movementOfCells(model: RecursiveReasoner, difference: tf.Tensor3D): tf.Tensor1D {
  const { prefixLen, latentPositions, seqLen } = model;
  const ofCells = tf.slice(difference, [0, prefixLen, 0], [1, latentPositions - prefixLen, -1]);
  const lengths = tf.norm(tf.reshape(ofCells, [seqLen, -1]), 2, 1);
  return tf.div(lengths, tf.maximum(tf.max(lengths), 1e-12)) as tf.Tensor1D;
}

/** `|after - before| / |before|` */
function change(before: tf.Tensor, after: tf.Tensor): tf.Scalar {
  return tf.div(tf.norm(tf.sub(after, before)), tf.maximum(tf.norm(before), 1e-12)) as tf.Scalar;
}

function puzzleOf(inputs: Int32Array) {
  const labels = new Int32Array(inputs.length).fill(IGNORED_LABEL);
  return puzzleTensors({ inputs, labels, puzzleIdentifiers: Int32Array.of(0), batchSize: 1, seqLen: inputs.length });
}

const numberIn = async (tensor: tf.Tensor) => (await tensor.data())[0]!;
