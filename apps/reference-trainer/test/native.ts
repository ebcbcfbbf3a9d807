import { selectBackend } from '@hrm/runtime';

/** Whether native TensorFlow is set up on this machine. Where it is, it has been selected. */
export const isNativeSetUp = await selectBackend({ prefer: 'native' }).then(
  () => true,
  () => false,
);
