import * as tf from '@tensorflow/tfjs-core';
import { copyRun, heapOf, liesInHeap, type WasmBackend } from './wasm-backend';

/**
 * The WebAssembly kernel of slice. The backend's own first copies the whole tensor out of the heap. This one copies
 * only the block, inside the heap.
 *
 * @param stock the backend's kernel, used for strings.
 */
export function wasmSlice(stock: tf.KernelFunc): tf.KernelFunc {
  return (params) => {
    const { x } = params.inputs as { x: tf.Tensor };
    const attributes = params.attrs as { begin: number[]; size: number[] };
    const backend = params.backend as WasmBackend;
    if (!liesInHeap(x)) return stock(params);
    const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size) as [number[], number[]];
    const block = backend.makeOutput(size, x.dtype);
    const { heap, start } = heapOf(backend, x.dtype);

    // Axes that are taken whole belong to one contiguous run.
    let runAxis = x.shape.length;
    let [run, whole] = [1, 1];
    while (runAxis > 0 && run === whole) {
      runAxis--;
      run *= size[runAxis]!;
      whole *= x.shape[runAxis]!;
    }
    const strides = [...tf.util.computeStrides(x.shape), 1];
    let from = start(x) + begin.reduce((sum, first, axis) => sum + first * strides[axis]!, 0);
    let to = start(block);
    const end = to + tf.util.sizeFromShape(size);
    const taken = new Array<number>(runAxis).fill(0);
    while (to < end) {
      copyRun(heap, from, to, run);
      to += run;
      // Advance the indices to the next run, from the last axis on.
      for (let axis = runAxis - 1; axis >= 0; axis--) {
        from += strides[axis]!;
        if (++taken[axis]! < size[axis]!) break;
        from -= size[axis]! * strides[axis]!;
        taken[axis] = 0;
      }
    }
    return block;
  };
}

/** The WebAssembly kernel of split, which uses the given kernel of slice. */
export function wasmSplit(slice: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs as { x: tf.Tensor };
    const { axis, numOrSizeSplits } = attrs as { axis: number; numOrSizeSplits: number | number[] };
    const [cut] = tf.util.parseAxisParam(axis, x.shape) as [number];
    const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, cut);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === cut ? start : 0));
      const size = x.shape.map((whole, i) => (i === cut ? length : whole));
      start += length;
      return slice({ inputs: { x }, attrs: { begin, size }, backend }) as tf.TensorInfo;
    });
  };
}
