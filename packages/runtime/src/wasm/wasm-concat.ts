import * as tf from '@tensorflow/tfjs-core';
import { copyRun, heapOf, liesInHeap, type WasmBackend } from './wasm-backend';

/**
 * The WebAssembly kernel of concat. Unlike the backend's own, it makes no view of the heap for each run that it copies.
 *
 * @param stock the backend's kernel, used for strings and for tensors that do not fit together.
 */
export function wasmConcat(stock: tf.KernelFunc): tf.KernelFunc {
  return (params) => {
    const parts = Object.values(params.inputs) as tf.TensorInfo[];
    const { dtype, shape } = parts[0]!;
    const [axis] = tf.util.parseAxisParam((params.attrs as { axis: number }).axis, shape) as [number];
    if (!parts.every((part) => liesInHeap(part) && part.dtype === dtype)) return stock(params);
    const shapes = parts.map((part) => part.shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);

    const backend = params.backend as WasmBackend;
    const whole = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), dtype);
    const { heap, start } = heapOf(backend, dtype);
    const runs = parts.map((part) => ({ from: start(part), length: tf.util.sizeFromShape(part.shape.slice(axis)) }));
    let to = start(whole);
    for (let left = tf.util.sizeFromShape(shape.slice(0, axis)); left > 0; left--) {
      for (const run of runs) {
        copyRun(heap, run.from, to, run.length);
        run.from += run.length;
        to += run.length;
      }
    }
    return whole;
  };
}
