import * as tf from '@tensorflow/tfjs-core';
import { compile, findNativeInstallation, selectBackend, setUpNative } from '@hrm/runtime';
import type { BackendPreference } from '@hrm/runtime';

const query = new URLSearchParams(location.search);
const prefer = (query.get('prefer') ?? undefined) as BackendPreference | undefined;

/** A step of gradient descent, as a program for Node would have it. */
async function figures(): Promise<number[]> {
  const slope = tf.variable(tf.tensor2d([[0.5, -1]]));
  const step = compile((x: tf.Tensor2D) => {
    const { grads, value } = tf.variableGrads(() => tf.sum(tf.square(tf.matMul(slope as tf.Tensor2D, x))), [slope]);
    slope.assign(tf.sub(slope, tf.mul(0.01, grads[slope.name]!)));
    return value;
  });
  const losses = [1, 2].map(() =>
    tf.tidy(
      () =>
        step(
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
        ) as tf.Scalar,
    ),
  );
  return (await Promise.all(losses.map(async (loss) => [...(await loss.data())]))).flat();
}

const selected = await selectBackend({ ...(prefer && { prefer }) }).catch((error: Error) => ({ error: error.message }));
const setUp = await setUpNative().catch((error: Error) => error.message);
document.title = JSON.stringify({
  ...selected,
  using: tf.getBackend(),
  ...('name' in selected && { figures: await figures() }),
  installation: findNativeInstallation() ?? null,
  setUp,
});
