import * as tf from '@tensorflow/tfjs-core';

export const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

type Batch = { x: tf.Tensor2D; y: tf.Tensor2D };
type Step = (
  batch: Batch,
  count: tf.Scalar,
  options: { rate: number; decay: number },
) => { loss: tf.Tensor; norms: { gradient: tf.Tensor }[] };

/** A small network trained with AdamW, whose moments are variables: a complete small training step. */
export function toy(wrap: (step: Step) => Step) {
  const sizes = [8, 32, 4];
  const ramp = (shape: [number, number], scale: number) =>
    tf.tidy(() => tf.reshape(tf.mul(tf.sin(tf.range(0, shape[0] * shape[1])), scale), shape) as tf.Tensor2D);
  const weights = [ramp([sizes[0]!, sizes[1]!], 0.3), ramp([sizes[1]!, sizes[2]!], 0.3)].map((value) =>
    tf.variable(value),
  );
  const moments = weights.map(
    (weight) => [tf.variable(tf.zerosLike(weight)), tf.variable(tf.zerosLike(weight))] as const,
  );
  const batch = { x: ramp([16, sizes[0]!], 1), y: ramp([16, sizes[2]!], 0.5) };

  const step = wrap(({ x, y }, count, { rate, decay }) => {
    const loss = () => {
      const output = tf.matMul(tf.tanh(tf.matMul(x, weights[0] as tf.Tensor2D)), weights[1] as tf.Tensor2D);
      return tf.mean(tf.square(tf.sub(output, y))) as tf.Scalar;
    };
    const { value, grads } = tf.variableGrads(loss, weights);
    const norms = weights.map((weight, i) => {
      const gradient = grads[weight.name]!;
      const [m, v] = moments[i]!;
      m.assign(tf.add(tf.mul(m, 0.9), tf.mul(gradient, 0.1)));
      v.assign(tf.add(tf.mul(v, 0.99), tf.mul(tf.square(gradient), 0.01)));
      const [mean, square] = [tf.div(m, tf.sub(1, tf.pow(0.9, count))), tf.div(v, tf.sub(1, tf.pow(0.99, count)))];
      const change = tf.mul(rate, tf.div(mean, tf.add(tf.sqrt(square), 1e-6)));
      weight.assign(tf.sub(tf.mul(weight, 1 - rate * decay), change));
      return { gradient: tf.norm(gradient) };
    });
    return { loss: value, norms };
  });

  return {
    variables: weights,
    train: (count: number): number =>
      tf.tidy(() => {
        const { loss, norms } = step(batch, tf.scalar(count), { rate: 0.02, decay: 0.1 });
        if (!(numbers(norms[1]!.gradient)[0]! > 0)) throw new Error('a gradient is zero');
        return numbers(loss)[0]!;
      }),
  };
}
