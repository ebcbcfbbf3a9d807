import * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, OpAttribute } from '../native/native-backend';
import { recordingMode } from '../compile/record';
import { productMethod } from './product-methods';

/** The name that layers look for. TensorFlow.js has no such kernel of its own. */
export const BFLOAT16_MAT_MUL = 'Bfloat16MatMul';

/** TensorFlow's number for bfloat16, which TensorFlow.js does not know. */
const BFLOAT16 = 14;

/**
 * Registers the kernel that multiplies float32 matrices in bfloat16 on native TensorFlow: with inputs and attributes as
 * `BatchMatMul`, both rounded to bfloat16, and a float32 result.
 *
 * In a graph, equal casts are one node, so a weight is cast once however often it is used.
 */
export function registerBfloat16MatMul(): void {
  if (tf.getKernel(BFLOAT16_MAT_MUL, 'tensorflow')) return;
  tf.registerKernel({
    kernelName: BFLOAT16_MAT_MUL,
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
  const { type, flag, integer } = attributesOf(backend);
  const method = recordingMode(backend) === 'xla' ? productMethod(a.rank, transposeA) : undefined;
  const made: number[] = [];
  const run = (op: string, attributes: OpAttribute[], id: number): number =>
    made[made.push(binding.executeOp(op, attributes, [id], 1)[0]!.id) - 1]!;
  const cast = (id: number, from: number, to: number): number =>
    run('Cast', [type('SrcT', from), type('DstT', to), flag('Truncate', false)], id);
  // XLA would remove two casts, there and back.
  const roundInXla = (id: number): number =>
    run('XlaReducePrecision', [type('T', TF_FLOAT), integer('exponent_bits', 8), integer('mantissa_bits', 7)], id);
  const product = (op: string, types: OpAttribute[], factors: number[], isLeftTransposed = transposeA) => {
    const transposed = [flag('adj_x', isLeftTransposed), flag('adj_y', transposeB)];
    return backend.createOutputTensor(binding.executeOp(op, [...types, ...transposed], factors, 1)[0]!);
  };
  const given = backend.getInputTensorIds([a, b]);
  try {
    if (method === 'float32') return product('BatchMatMulV2', [type('T', TF_FLOAT)], given.map(roundInXla));
    const [left, right] = given.map((id) => cast(id, TF_FLOAT, BFLOAT16)) as [number, number];
    // Only XLA has a product of bfloat16 that keeps its float32 sums. Elsewhere the rounded factors are multiplied in
    // float32: the same numbers, at the speed of float32.
    if (method === undefined) {
      const rounded = [left, right].map((id) => cast(id, BFLOAT16, TF_FLOAT));
      return product('BatchMatMulV2', [type('T', TF_FLOAT)], rounded);
    }
    const types = [type('Ta', BFLOAT16), type('Tb', BFLOAT16), type('Tout', TF_FLOAT)];
    if (method === 'bfloat16' || !transposeA) return product('BatchMatMulV3', types, [left, right]);
    return product('BatchMatMulV3', types, [transposedCopy(backend, left, a.shape), right], false);
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

function attributesOf({ binding: { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_ATTR_INT } }: GraphBackend) {
  return {
    type: (name: string, value: number): OpAttribute => ({ name, type: TF_ATTR_TYPE, value }),
    integer: (name: string, value: number): OpAttribute => ({ name, type: TF_ATTR_INT, value }),
    flag: (name: string, value: boolean): OpAttribute => ({ name, type: TF_ATTR_BOOL, value }),
  };
}
