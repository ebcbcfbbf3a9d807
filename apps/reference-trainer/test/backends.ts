import { findNativeInstallation, type BackendPreference } from '@hrm/runtime';

/**
 * The backends to hold to the same answers. Without native TensorFlow, as on a machine with neither Python nor a
 * compiler, the tests there are those on the others, and no more.
 */
export const backends: BackendPreference[] = findNativeInstallation() ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu'];
