import { selectBackend } from '@hrm/runtime';
import { describe } from 'vitest';
import { describeOurLayers } from '../../../packages/layers/test/our-layers';
import { isNativeSetUp } from './native';

// The tests of @hrm/layers cover plain JavaScript and WebAssembly; a library cannot import the native backend.
const backend = (prefer: 'native' | 'cpu') => ({
  name: prefer,
  use: async () => void (await selectBackend({ prefer })),
});
describe.skipIf(!isNativeSetUp)('on native TensorFlow', () => {
  describeOurLayers([backend('native'), backend('cpu')]);
});
