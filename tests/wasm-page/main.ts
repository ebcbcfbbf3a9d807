import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { useFasterWasmKernels } from '@hrm/runtime/faster-wasm-kernels';

setWasmPaths({
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm.wasm': plain,
});
await tf.setBackend('wasm');

/** Figures of operations whose kernels are replaced. */
const figures = () => {
  const batch = tf.matMul(tf.ones([64, 5, 7]), tf.ones([64, 3, 7]), false, true);
  const parts = tf.split(tf.tile(tf.reshape(tf.range(0, 60), [3, 20]), [2, 2]), 2, 1);
  return [batch, tf.concat(parts, 0)].map((x) => ({ shape: x.shape, sum: tf.sum(x).dataSync()[0] }));
};
const before = figures();
const inPlace = useFasterWasmKernels();
document.title = JSON.stringify({ inPlace, before, after: figures(), isolated: crossOriginIsolated });
