import { selectBackend } from '@hrm/runtime';
import { describe } from 'vitest';
import { describeOurLayers } from '../../../packages/layers/test/our-layers';

// The tests of @hrm/layers cover plain JavaScript and WebAssembly; a library cannot reach for the native backend.
const backend = (prefer: 'native' | 'cpu') => ({
  name: prefer,
  use: async () => void (await selectBackend({ prefer })),
});
const isSetUp = await selectBackend({ prefer: 'native' }).then(
  () => true,
  () => false,
);

describe.skipIf(!isSetUp)('on native TensorFlow', () => {
  describeOurLayers([backend('native'), backend('cpu')]);
});
