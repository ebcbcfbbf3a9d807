import * as tf from '@tensorflow/tfjs-core';
import { copyRun, heapOf, liesInHeap, type WasmBackend } from './wasm-backend';

/**
 * The kernel that cuts a block out of a tensor on WebAssembly. The backend's own first copies the whole tensor out of its heap,
 * however small the block; this one copies the block, from where it lies to where it goes.
 *
 * @param stock the backend's kernel, which takes what this one does not: strings.
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

    // Axes that are taken whole belong to the run that is copied at once.
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
      // On to the next run, like the wheels of a counter.
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

/** The kernel that cuts a tensor along an axis on WebAssembly, by the given one for slices. */
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
