import * as tf from '@tensorflow/tfjs-core';
import { copyRun, heapOf, liesInHeap, type WasmBackend } from './wasm-backend';

/**
 * The WebAssembly kernel of tile, which is also used for broadcasting. The backend's own computes the index of every
 * element.
 *
 * @param stock the backend's kernel, used for strings, which it refuses.
 */
export function wasmTile(stock: tf.KernelFunc): tf.KernelFunc {
  return (params) => {
    const { x } = params.inputs as { x: tf.TensorInfo };
    const { reps } = params.attrs as { reps: number[] };
    if (!liesInHeap(x)) return stock(params);
    const backend = params.backend as WasmBackend;
    const tiled = backend.makeOutput(
      x.shape.map((length, axis) => length * reps[axis]!),
      x.dtype,
    );
    const { heap, start } = heapOf(backend, x.dtype);

    /** Writes the elements at `from`, tiled from this axis on, to `to`. Returns the number of elements written. */
    const repeat = (axis: number, from: number, to: number): number => {
      const size = tf.util.sizeFromShape(x.shape.slice(axis));
      const isCopy = reps.slice(axis).every((times) => times === 1);
      if (isCopy) {
        copyRun(heap, from, to, size);
        return size;
      }
      let written = 0;
      const step = size / x.shape[axis]!;
      for (let i = 0; i < x.shape[axis]!; i++) written += repeat(axis + 1, from + i * step, to + written);
      // Doubles the written elements until there are enough.
      const all = written * reps[axis]!;
      for (let done = written; done < all;) {
        const more = Math.min(done, all - done);
        copyRun(heap, to, to + done, more);
        done += more;
      }
      return all;
    };
    if (tf.util.sizeFromShape(tiled.shape) > 0) repeat(0, start(x), start(tiled));
    return tiled;
  };
}
