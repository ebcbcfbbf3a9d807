import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by name. */
export type NamedTensors = { [name: string]: tf.Tensor };
