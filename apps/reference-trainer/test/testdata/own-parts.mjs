// What a user might bring: a block, a schedule and a controller, each by a name of its own.
import * as tf from '@tensorflow/tfjs-core';
import { haltOnly } from '@hrm/act';
import { Linear, rmsNorm } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import { fullRecursion } from '@hrm/recursion';

class Gate {
  constructor({ hiddenSize, random }) {
    this.parameters = {
      gate: new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random }),
      value: new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random }),
    };
  }

  apply(hidden) {
    return tf.tidy(() => {
      const { gate, value } = this.parameters;
      // Everyone sees the mean of all, or the tokens would not know of each other.
      const mixed = tf.add(hidden, tf.mean(hidden, 1, true));
      return rmsNorm(tf.add(hidden, tf.mul(tf.sigmoid(gate.apply(mixed)), value.apply(mixed))));
    });
  }
}

export default {
  blocks: {
    gate: (options) => {
      expectOptions('gate', options, []);
      return (context) => new Gate(context);
    },
  },
  schedules: { twice: () => fullRecursion({ hCycles: 2, lCycles: 1 }) },
  halting: { soon: ({ segments }) => haltOnly({ maxSegments: segments, exploration: 0 }) },
};
