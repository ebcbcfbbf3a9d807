import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';
import { mapTensors } from '../map-tensors';
import { registerGradients } from './register-gradients';
import { keepCopy } from './without-gradient';

/** What {@link valueAndGradients} returns. */
export interface ValueAndGradients<Auxiliary> {
  loss: tf.Scalar;
  /** The gradient for each tensor in `withRespectTo`; zero if the loss does not depend on it. */
  gradients: tf.Tensor[];
  auxiliary: Auxiliary;
}

/**
 * Frees what TensorFlow.js saved for a backward pass that failed. TensorFlow.js frees it only after a pass that
 * succeeds.
 */
function freeTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

/**
 * Computes a loss, its gradients and any other results in one pass, like JAX's `value_and_grad` with `has_aux`.
 *
 * @param f computes the scalar loss, and `auxiliary`: other results, any nesting of tensors.
 * @param withRespectTo the variables, or tensors made before this call, to differentiate by.
 * @throws TypeError if an argument is something else, or if the function returns no loss.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { valueAndGradients } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const weight = tf.variable(tf.scalar(3));
 * const { gradients } = valueAndGradients(() => {
 *   const square = tf.square(weight);
 *   return { loss: tf.sum(tf.mul(square, 2)), auxiliary: { square } };
 * }, [weight]);
 * gradients[0]!.print(); // 12
 * ```
 */
export function valueAndGradients<Auxiliary>(
  f: () => { loss: tf.Scalar; auxiliary: Auxiliary },
  withRespectTo: readonly tf.Tensor[],
): ValueAndGradients<Auxiliary> {
  if (typeof f !== 'function') {
    throw new TypeError(`valueAndGradients: got ${describeValue(f)}, expected a function that computes the loss`);
  }
  if (
    !Array.isArray(withRespectTo) ||
    withRespectTo.length === 0 ||
    !withRespectTo.every((x) => x instanceof tf.Tensor)
  ) {
    throw new TypeError(
      `valueAndGradients: withRespectTo is ${describeValue(withRespectTo)}, expected a list of one or more tensors or variables, ` +
        'such as [...namedParameters(layer).values()]',
    );
  }
  registerGradients();
  const kept: tf.Tensor[] = [];
  try {
    return tf.tidy(() => compute() as ReturnType<typeof compute> & tf.TensorContainerObject);
  } catch (error) {
    freeTape();
    throw error;
  } finally {
    tf.dispose(kept);
  }

  function compute(): ValueAndGradients<Auxiliary> {
    let auxiliary: Auxiliary | undefined;
    const { value, grads } = tf.engine().gradients(
      () => {
        const result = f();
        if (!((result as Partial<typeof result> | undefined)?.loss instanceof tf.Tensor)) {
          throw new TypeError(
            `valueAndGradients: the function returned ${describeValue(result)}, expected { loss, auxiliary }, the loss a scalar`,
          );
        }
        // Kept so that they outlive the tape's scope; copied so that one tensor may be returned twice.
        auxiliary = mapTensors(result.auxiliary, (tensor) => keepCopy(tensor, kept));
        return result.loss;
      },
      [...withRespectTo],
      undefined,
      true,
    );
    return {
      loss: value,
      gradients: withRespectTo.map((x, i) => grads[i] ?? tf.zerosLike(x)),
      auxiliary: mapTensors(auxiliary as Auxiliary, (copy) => tf.clone(copy)),
    };
  }
}
