import type { HaltingController } from '@hrm/act';
import * as tf from '@tensorflow/tfjs-core';

/** A halting controller as a user might write it: two segments for all. */
export const ownController = {
  name: 'own',
  maxSegments: 2,
  parameters: {},
  decide: ({ steps }) => ({ halted: tf.greaterEqual(steps, 2) as tf.Tensor1D }),
} satisfies HaltingController;
