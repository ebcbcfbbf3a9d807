import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend';

/** `x` with its last two axes exchanged. */
function swapLastTwo(x: tf.TensorInfo, backend: WasmBackend): tf.TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2, 1));
  const { kernelFunc } = tf.getKernel('Transpose', 'wasm');
  return kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
}

/**
 * The WebAssembly kernel of matrix products. The backend's own is fast (XNNPACK) only for a single pair of matrices
 * that are not transposed. For all others it uses three nested loops, at a tenth of the speed. This kernel first
 * transposes such operands in memory. Then it multiplies the pairs of a batch one by one in place, and registers each
 * with the backend as a tensor.
 *
 * @param stock the backend's kernel, used for batches that are broadcast along only some axes.
 */
export function wasmBatchMatMul(stock: tf.KernelFunc): tf.KernelFunc {
  return function multiply(params): tf.TensorInfo {
    const { transposeA, transposeB } = params.attrs as { transposeA: boolean; transposeB: boolean };
    const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const backend = params.backend as WasmBackend;
    if (transposeA || transposeB) {
      const left = transposeA ? swapLastTwo(a, backend) : a;
      const right = transposeB ? swapLastTwo(b, backend) : b;
      const plain = { transposeA: false, transposeB: false };
      const product = multiply({ inputs: { a: left, b: right }, attrs: plain, backend });
      if (left !== a) backend.disposeData(left.dataId);
      if (right !== b) backend.disposeData(right.dataId);
      return product;
    }

    const [batchOfA, batchOfB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const [pairsOfA, pairsOfB] = [tf.util.sizeFromShape(batchOfA), tf.util.sizeFromShape(batchOfB)];
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const [innerOfB, columns] = b.shape.slice(-2) as [number, number];
    const pairs = Math.max(pairsOfA, pairsOfB);
    const isPairwise = batchOfA.join() === batchOfB.join() || pairsOfA === 1 || pairsOfB === 1;
    const isWhole = pairsOfA * pairsOfB * rows * inner * columns > 0 && inner === innerOfB;
    const isFloat = a.dtype === 'float32' && b.dtype === 'float32';
    if (pairs === 1 || !isPairwise || !isWhole || !isFloat) return stock(params) as tf.TensorInfo;

    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchOfA, batchOfB);
    const product = backend.makeOutput([...batch, rows, columns], 'float32');
    const { wasm, dataIdMap } = backend;
    const operands = [
      { offset: dataIdMap.get(a.dataId).memoryOffset, size: rows * inner, stays: pairsOfA === 1 },
      { offset: dataIdMap.get(b.dataId).memoryOffset, size: inner * columns, stays: pairsOfB === 1 },
      { offset: dataIdMap.get(product.dataId).memoryOffset, size: rows * columns, stays: false },
    ].map((operand) => ({ ...operand, id: backend.dataIdNextNumber++ }));
    const [left, right, out] = operands.map(({ id }) => id) as [number, number, number];

    const shapes = wasm._malloc(6 * Int32Array.BYTES_PER_ELEMENT) >>> 0;
    const [shapeOfA, shapeOfB] = [shapes, shapes + 3 * Int32Array.BYTES_PER_ELEMENT];
    wasm.HEAP32.set([1, rows, inner, 1, inner, columns], shapes / Int32Array.BYTES_PER_ELEMENT);
    for (let pair = 0; pair < pairs; pair++) {
      for (const { id, offset, size, stays } of operands) {
        const start = stays ? 0 : pair * size * Float32Array.BYTES_PER_ELEMENT;
        wasm.tfjs.registerTensor(id, size, offset + start);
      }
      wasm._BatchMatMul(left, shapeOfA, 3, right, shapeOfB, 3, 0, 0, out);
      // Unregisters the tensors, and frees the packed right operand. Their memory belongs to the whole tensors.
      for (const { id } of operands) wasm.tfjs.disposeData(id);
    }
    wasm._free(shapes);
    return product;
  };
}
