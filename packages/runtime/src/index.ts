// Backends.
export { selectBackend } from './backend/select-backend';
export type { BackendPreference, SelectBackendOptions, SelectedBackend, WasmFile } from './backend/backend-choice';
export { matMulSpeed, type MatMulSpeed, type MatMulSpeedOptions } from './backend/mat-mul-speed';

// Compilation: a function is recorded once as a graph, and run as that.
export { compile, type Compiled, type CompileOptions, type RecordingReport } from './compile/compile';
export type { CompileMode } from './compile/compile-mode';
export { RecordingError } from './compile/recording-error';

// Native TensorFlow, in a per-user cache.
export { findNativeInstallation } from './native/native-cache';
export type { Installation, NativeInstallation } from './native/native-installation';
export type { NativeSetupProgress, NativeSetupStage, SetupOptions } from './native/set-up/install-in-cache';
export { setUpNative, type SetUpNativeOptions } from './native/set-up/set-up-native';
export { NativeSetupError, type NativeSetupFailure } from './native/native-setup-error';
export { hasNvidiaGpu, type Accelerator } from './native/native-target';

// WebGPU in Node, in the same cache.
export { setUpWebGpu } from './webgpu/set-up-webgpu';
export type { WebGpuInstallation } from './webgpu/webgpu-target';
