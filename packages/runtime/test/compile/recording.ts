import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect } from 'vitest';
import { RecordingError } from '../../src/compile/recording-error';
import { findNativeInstallation, selectBackend } from '../../src/index';
import { currentGraphBackend } from '../../src/native/native-backend';

/**
 * Whether the best backend is native TensorFlow, which compiles functions. Elsewhere compile() must return the function
 * itself, with the same results.
 */
export const native = findNativeInstallation() !== undefined;

/** Selects the best backend for the tests of a file. */
export function useBestBackend(): void {
  beforeAll(async () => {
    const { name } = await selectBackend();
    expect(currentGraphBackend() !== undefined).toBe(native);
    expect(name).toBe(native ? 'tensorflow' : 'wasm');
  });
  beforeEach(() => {
    tf.disposeVariables();
  });
}

/** How often a function is recorded, where functions are recorded. */
export const recordings = (count: number): number => (native ? count : 0);

/** Options that print no warnings about recordings. */
export const quiet = { onRecord: (): undefined => undefined };

/** The message of the RecordingError, or '' without an error. */
function refusal(run: () => unknown): string {
  try {
    tf.tidy(() => void run());
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
  return '';
}

/** Expects a RecordingError where functions are recorded, and no error elsewhere. */
export function expectRefused(run: () => unknown, pattern: RegExp): void {
  if (native) expect(refusal(run)).toMatch(pattern);
  else expect(refusal(run)).toBe('');
}
