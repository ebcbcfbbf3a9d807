import { findNativeInstallation, type BackendPreference } from '@hrm/runtime';

/** The backends to test. Native TensorFlow is among them only if it is set up on this machine. */
export const backends: BackendPreference[] = findNativeInstallation() ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu'];
