import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import type { WebGpuBackend } from './webgpu-backend';

/** From this size on, a sum of a whole tensor is taken in rows first. */
const LARGE_SUM = 1 << 16;
const ROWS = 1024;
/** From these sizes on, a product with a transposed left matrix is faster, even if it is transposed for that. */
const [LARGE_INNER, LARGE_OUTPUT] = [256, 1 << 19];

/** Replaces two kernels of the backend by faster ones. The results differ by rounding only. */
export function useFasterWebGpuKernels(backend: WebGpuBackend): void {
  const run = (name: string, inputs: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo =>
    tf.getKernel(name, 'webgpu').kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
  const free = (...tensors: tf.TensorInfo[]) => {
    for (const { dataId } of tensors) backend.disposeData(dataId);
  };

  /** One workgroup would add up all values of a tensor, in which a large one takes milliseconds. */
  const sum = tf.getKernel('Sum', 'webgpu').kernelFunc;
  replaceKernel('Sum', 'webgpu', (params) => {
    const { x } = params.inputs as { x: tf.TensorInfo };
    const { axis } = params.attrs as unknown as { axis: number | number[] };
    const size = tf.util.sizeFromShape(x.shape);
    const isWhole = tf.util.parseAxisParam(axis, x.shape).length === x.shape.length;
    if (!isWhole || x.dtype !== 'float32' || size < LARGE_SUM) return sum(params);
    const columns = Math.floor(size / ROWS);
    const flat = run('Reshape', { x }, { shape: [size] });
    const bulk = run('Slice', { x: flat }, { begin: [0], size: [ROWS * columns] });
    const rows = run('Reshape', { x: bulk }, { shape: [ROWS, columns] });
    const sums = sum({ ...params, inputs: { x: rows }, attrs: { axis: [1], keepDims: false } }) as tf.TensorInfo;
    const rest = run('Slice', { x: flat }, { begin: [ROWS * columns], size: [size - ROWS * columns] });
    const all = run('Concat', [sums, rest] as unknown as tf.NamedTensorInfoMap, { axis: 0 });
    const total = sum({ ...params, inputs: { x: all }, attrs: { axis: [0], keepDims: false } }) as tf.TensorInfo;
    free(flat, bulk, rows, sums, rest, all);
    if (!(params.attrs as unknown as { keepDims?: boolean }).keepDims) return total;
    const kept = run('Reshape', { x: total }, { shape: x.shape.map(() => 1) });
    free(total);
    return kept;
  });

  const matMul = tf.getKernel('BatchMatMul', 'webgpu').kernelFunc;
  replaceKernel('BatchMatMul', 'webgpu', (params) => {
    const { a } = params.inputs as { a: tf.TensorInfo };
    const { transposeA, transposeB } = params.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const rank = a.shape.length;
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const columns = params.inputs['b']!.shape.at(transposeB ? -2 : -1)!;
    if (transposeA || inner < LARGE_INNER || rows * columns < LARGE_OUTPUT) return matMul(params);
    const perm = [...a.shape.keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    const transposed = run('Transpose', { x: a }, { perm });
    const product = matMul({
      ...params,
      inputs: { ...params.inputs, a: transposed },
      attrs: { ...params.attrs, transposeA: true },
    });
    free(transposed);
    return product;
  });
}
