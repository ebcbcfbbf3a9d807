import * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, TensorMetadata } from '../native/native-backend';
import { recordingMode } from './record';

/** The name that layers look for. TensorFlow.js has no such kernel of its own. */
const NAME = 'Bfloat16MatMul';

/** TensorFlow's number for bfloat16, which TensorFlow.js does not know. */
const BFLOAT16 = 14;

/**
 * Registers the kernel that multiplies float32 matrices in bfloat16 on native TensorFlow: with inputs and attributes as
 * `BatchMatMul`, both rounded to bfloat16, and a float32 result.
 *
 * In a graph, equal casts are one node, so a weight is cast once however often it is used.
 */
export function registerBfloat16MatMul(): void {
  if (tf.getKernel(NAME, 'tensorflow')) return;
  tf.registerKernel({
    kernelName: NAME,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      return multiply(backend as GraphBackend, [a, b], { transposeA, transposeB });
    },
  });
}

function multiply(
  backend: GraphBackend,
  [a, b]: [tf.Tensor, tf.Tensor],
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
): tf.Tensor {
  const { binding } = backend;
  const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_BOOL } = binding;
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const flag = (name: string, value: boolean) => ({ name, type: TF_ATTR_BOOL, value });
  const cast = (id: number, from: number, to: number): TensorMetadata =>
    binding.executeOp('Cast', [type('SrcT', from), type('DstT', to), flag('Truncate', false)], [id], 1)[0]!;
  const transposed = [flag('adj_x', transposeA), flag('adj_y', transposeB)];
  const types = [type('Ta', BFLOAT16), type('Tb', BFLOAT16), type('Tout', TF_FLOAT)];

  const made: number[] = [];
  const rounded = (id: number) => made[made.push(cast(id, TF_FLOAT, BFLOAT16).id) - 1]!;
  const widened = (id: number) => made[made.push(cast(id, BFLOAT16, TF_FLOAT).id) - 1]!;
  try {
    const factors = backend.getInputTensorIds([a, b]).map(rounded);
    // Only XLA has a product of bfloat16 that keeps its float32 sums. Elsewhere the rounded factors are multiplied in
    // float32: the same numbers, at the speed of float32.
    const [product] =
      recordingMode(backend) === 'xla'
        ? binding.executeOp('BatchMatMulV3', [...types, ...transposed], factors, 1)
        : binding.executeOp('BatchMatMulV2', [type('T', TF_FLOAT), ...transposed], factors.map(widened), 1);
    return backend.createOutputTensor(product!);
  } finally {
    made.forEach((id) => binding.deleteTensor(id));
  }
}
