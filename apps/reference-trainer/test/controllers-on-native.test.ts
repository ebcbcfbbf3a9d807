import { selectBackend } from '@hrm/runtime';
import { describe } from 'vitest';
import { describeOurControllers } from '../../../packages/act/test/our-controllers';
import { backends } from './backends';

// The tests of @hrm/act cover plain JavaScript and WebAssembly; a library cannot import the native backend.
const backend = (prefer: (typeof backends)[number]) => ({
  name: prefer,
  use: async () => void (await selectBackend({ prefer })),
});

describe.skipIf(!backends.includes('native'))('on native TensorFlow', () => {
  describeOurControllers([backend('native'), backend('wasm'), backend('cpu')]);
});
