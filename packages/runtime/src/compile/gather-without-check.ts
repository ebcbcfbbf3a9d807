import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import type { GraphBackend } from '../native/native-backend';

/**
 * Replaces tfjs-node's gather by one that does not check its indices. The check reads their values, which are not known
 * in a graph. Returns the function that restores tfjs-node's gather.
 */
export function uncheckGather(): () => void {
  return replaceKernel('GatherV2', 'tensorflow', ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
    const { axis, batchDims } = attrs as { axis: number; batchDims: number };
    const native = backend as GraphBackend & {
      executeSingleOutput(op: string, attributes: unknown[], inputs: tf.Tensor[]): tf.Tensor;
    };
    const type = (name: string, dtype: tf.DataType) => ({
      name,
      type: native.binding.TF_ATTR_TYPE,
      value: native.getDTypeInteger(dtype),
    });
    const attributes = [
      { name: 'batch_dims', type: 1, value: batchDims },
      ...[type('Tparams', x.dtype), type('Tindices', indices.dtype), type('Taxis', 'int32')],
    ];
    return native.executeSingleOutput('GatherV2', attributes, [x, indices, tf.scalar(axis, 'int32')]);
  });
}
