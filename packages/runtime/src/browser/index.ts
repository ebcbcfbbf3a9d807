// What `@hrm/runtime` is in a browser: the same names, so that one program runs there and in Node.
export { compile } from './compile';
export { matmulSpeed } from '../matmul-speed';
export { NativeSetupError } from '../native-setup-error';
export { RecordingError } from '../recording-error';
export { findNativeInstallation, hasNvidiaGpu, setUpNative } from './no-native';
export { selectBackend } from './select-backend';
