import { describeSchedule } from '@hrm/recursion/testing';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { takeTurns } from '../src/take-turns.ts';

// Tests shapes, that puzzles do not mix, leaks, equal results on the backends that are imported here, and the gradient:
// that of the last two refinements.
describeSchedule('takeTurns', () => takeTurns, { gradient: 2 });
