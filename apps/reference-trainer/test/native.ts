import { selectBackend } from '@hrm/runtime';

/** Whether native TensorFlow is set up on this machine. If so, importing this file selects it. */
export const isNativeSetUp = await selectBackend({ prefer: 'native' }).then(
  () => true,
  () => false,
);
