import { describeLayer } from '@hrm/layers/testing';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { neighbourBlock } from '../src/neighbour-block.ts';

// Tests shapes, gradients against finite differences, leaks, saving and loading, equal weights from equal seeds, and
// equal results on the backends that are imported here. Without `sizes` it also tries other numbers of cells.
describeLayer('neighbourBlock', neighbourBlock, {
  sizes: [
    { batch: 1, seqLen: 16, hiddenSize: 8 },
    { batch: 3, seqLen: 16, hiddenSize: 16 },
  ],
});
