import * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, OpAttribute } from '../native/native-backend';
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
  const { TF_FLOAT } = binding;
  const { type, flag } = attributesOf(backend);
  const made: number[] = [];
  const cast = (id: number, from: number, to: number): number => {
    const attributes = [type('SrcT', from), type('DstT', to), flag('Truncate', false)];
    return made[made.push(binding.executeOp('Cast', attributes, [id], 1)[0]!.id) - 1]!;
  };
  try {
    const [left, right] = backend.getInputTensorIds([a, b]).map((id) => cast(id, TF_FLOAT, BFLOAT16)) as [
      number,
      number,
    ];
    // Only XLA has a product of bfloat16 that keeps its float32 sums. Elsewhere the rounded factors are multiplied in
    // float32: the same numbers, at the speed of float32.
    if (recordingMode(backend) === 'xla') {
      const types = [type('Ta', BFLOAT16), type('Tb', BFLOAT16), type('Tout', TF_FLOAT)];
      const factors = [transposeA ? transposedCopy(backend, left, a.shape) : left, right];
      const transposed = [flag('adj_x', false), flag('adj_y', transposeB)];
      return backend.createOutputTensor(binding.executeOp('BatchMatMulV3', [...types, ...transposed], factors, 1)[0]!);
    }
    const factors = [left, right].map((id) => cast(id, BFLOAT16, TF_FLOAT));
    const attributes = [type('T', TF_FLOAT), flag('adj_x', transposeA), flag('adj_y', transposeB)];
    return backend.createOutputTensor(binding.executeOp('BatchMatMulV2', attributes, factors, 1)[0]!);
  } finally {
    made.forEach((id) => binding.deleteTensor(id));
  }
}

/**
 * Matrices in a graph for XLA, transposed in memory. XLA would fold a transposition of the left factor into the product,
 * which then takes almost twice as long. A flat tensor has only one layout, and the barrier keeps XLA from removing it.
 */
function transposedCopy(backend: GraphBackend, matrices: number, shape: number[]): number {
  const { type } = attributesOf(backend);
  const order = shape.map((_, axis) => axis);
  order.push(...order.splice(-2, 1));
  const run = (op: string, inputs: number[], types: OpAttribute[] = []) =>
    backend.binding.executeOp(op, types, inputs, 1)[0]!.id;
  const integers = (values: number[]) => {
    const tensor = tf.tensor1d(values, 'int32');
    const [id] = backend.getInputTensorIds([tensor]);
    tensor.dispose();
    return id!;
  };
  const reshaped = (id: number, to: number[]) =>
    run('Reshape', [id, integers(to)], [type('T', BFLOAT16), type('Tshape', backend.binding.TF_INT32)]);
  const types = [type('T', BFLOAT16), type('Tperm', backend.binding.TF_INT32)];
  const flat = reshaped(run('Transpose', [matrices, integers(order)], types), [tf.util.sizeFromShape(shape)]);
  return reshaped(
    run('XlaOptimizationBarrier', [flat]),
    order.map((axis) => shape[axis]!),
  );
}

function attributesOf({ binding: { TF_ATTR_TYPE, TF_ATTR_BOOL } }: GraphBackend) {
  return {
    type: (name: string, value: number): OpAttribute => ({ name, type: TF_ATTR_TYPE, value }),
    flag: (name: string, value: boolean): OpAttribute => ({ name, type: TF_ATTR_BOOL, value }),
  };
}
