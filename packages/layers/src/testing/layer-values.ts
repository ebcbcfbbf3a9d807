import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients } from '../autodiff/value-and-gradients';
import { namedParameters } from '../layer';
import { RandomStream } from '../random/random-stream';
import type { LayerSizes, LayerSubject, TestableLayer } from './layer-subject';
import { normalTensor } from './normal-tensor';

/** Numbers by name. */
export type Values = { [name: string]: Float32Array };

export const parametersOf = (layer: TestableLayer<never>) => Object.fromEntries(namedParameters(layer));

export function readParameters(layer: TestableLayer<never>): Values {
  return Object.fromEntries(
    [...namedParameters(layer)].map(([name, parameter]) => [name, parameter.dataSync<'float32'>().slice()]),
  );
}

/** Changes every parameter a little, so that none is exactly zero or one. */
export function disturb(layer: TestableLayer<never>, random: RandomStream): void {
  tf.tidy(() => {
    for (const parameter of namedParameters(layer).values()) {
      parameter.assign(tf.add(parameter, tf.mul(0.3, normalTensor(parameter.shape, random))));
    }
  });
}

export function outputOf<Input extends tf.Tensor>(
  subject: LayerSubject<Input>,
  layer: TestableLayer<Input>,
  sizes: LayerSizes,
) {
  return tf.tidy(() => layer.apply(subject.input(sizes)).dataSync<'float32'>().slice());
}

/** The layer's output and its gradients by input and parameters, as plain numbers. */
export function computeAll<Input extends tf.Tensor>(subject: LayerSubject<Input>, sizes: LayerSizes): Values {
  return subject.withLayer(sizes, (layer) =>
    tf.tidy(() => {
      disturb(layer, new RandomStream(3));
      const x = subject.input(sizes);
      const byWhat = { ...(x.dtype === 'float32' && { input: x }), ...parametersOf(layer) };
      const { gradients, auxiliary } = valueAndGradients(() => {
        const y = layer.apply(x);
        const weights = normalTensor(y.shape, new RandomStream(2));
        return { loss: tf.sum(tf.mul(y, weights)), auxiliary: { y } };
      }, Object.values(byWhat));
      const values: Values = { output: auxiliary.y.dataSync<'float32'>().slice() };
      Object.keys(byWhat).forEach((name, i) => {
        values[`gradient by ${name}`] = gradients[i]!.dataSync<'float32'>().slice();
      });
      return values;
    }),
  );
}
