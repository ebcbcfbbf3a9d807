export {
  type BackendPreference,
  type SelectBackendOptions,
  type SelectedBackend,
  type WasmFile,
} from './backend/backend-choice';
export { matmulSpeed, type MatmulSpeed, type MatmulSpeedOptions } from './backend/matmul-speed';
export { selectBackend } from './backend/select-backend';
export { compile, type Compiled, type CompileOptions, type RecordingReport } from './compile/compile';
export type { CompileMode } from './compile/compiled-graph';
export { RecordingError } from './compile/recording-error';
export { findNativeInstallation } from './native/native-cache';
export type { NativeInstallation } from './native/native-installation';
export { NativeSetupError, type NativeSetupFailure } from './native/native-setup-error';
export { hasNvidiaGpu, type Accelerator } from './native/native-target';
export {
  setUpNative,
  type NativeSetupOptions,
  type NativeSetupProgress,
  type NativeSetupStage,
} from './native/set-up/set-up-native';
