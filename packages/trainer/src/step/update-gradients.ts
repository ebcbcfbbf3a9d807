import type { NamedTensors } from '@hrm/layers';
import type * as tf from '@tensorflow/tfjs-core';
import type { Carry } from '@hrm/act';
import type { SummedMetrics } from '../metrics';

/** Losses and gradients of one update, from {@link updateGradients}. */
export type UpdateGradients = SummedMetrics & {
  carry: Carry;
  /** Summed over the batch and over the segments, as are the metrics. */
  loss: tf.Scalar;
  /** How many of the slots counted halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
  /** By each trained parameter, of the loss divided by the batch size. */
  gradients: NamedTensors;
  /** By the puzzle rows of the batch, `[batch, size]`, and these rows; empty if no puzzle embedding is trained. */
  puzzle: { rows?: tf.Tensor2D; gradients?: tf.Tensor2D };
  /** Logits and halting logits of each segment, for parity checks. */
  outputs: { logits: tf.Tensor3D; haltLogits: NamedTensors; lookAhead: NamedTensors }[];
};

/** An update without its gradients and outputs: the parts of a batch add up their gradients separately. */
export type UpdateFigures = Omit<UpdateGradients, 'gradients' | 'outputs'>;
