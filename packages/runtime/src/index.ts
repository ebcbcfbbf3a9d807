export { findNativeInstallation, type NativeInstallation } from './native-cache';
export { NativeSetupError, type NativeSetupFailure } from './native-setup-error';
export { setUpNative, type NativeSetupOptions, type NativeSetupProgress, type NativeSetupStage } from './set-up-native';
export { hasNvidiaGpu, type Accelerator } from './native-target';
export { selectBackend } from './select-backend';
export {
  type BackendPreference,
  type SelectBackendOptions,
  type SelectedBackend,
  type WasmFile,
} from './backend-choice';
export { compile, type Compiled, type CompileMode, type CompileOptions, type RecordingReport } from './compile';
export { RecordingError } from './recording-error';
export { matmulSpeed, type MatmulSpeed, type MatmulSpeedOptions } from './matmul-speed';
