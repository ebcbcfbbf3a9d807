import { describeController } from '@hrm/act/testing';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { sureTwice } from '../src/sure-twice.ts';

// Tests shapes, that all puzzles halt in the last segment, that a new puzzle gets a new state, gradients against finite
// differences, leaks, saving and loading, and equal results on the backends that are imported here.
describeController('sureTwice', sureTwice({ maxSegments: 4 }));
