// `@hrm/runtime` for browsers. It has the same exports, so the same program runs in browsers and in Node.
export { matMulSpeed } from '../backend/mat-mul-speed';
export { RecordingError } from '../compile/recording-error';
export { NativeSetupError } from '../native/native-setup-error';
export { compile } from './compile';
export { findNativeInstallation, hasNvidiaGpu, setUpNative, setUpWebGpu } from './no-native';
export { selectBackend } from './select-backend';
