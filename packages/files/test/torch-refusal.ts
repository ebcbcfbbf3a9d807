import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { FileFormatError } from '../src/file-format-error';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';

/** A file of an official run. */
export const sample = (name: string): Buffer => readFileSync(new URL(`testdata/official-run/${name}`, import.meta.url));

/** The error for a file that cannot be read. */
export function refusal(bytes: Uint8Array): FileFormatError {
  try {
    parseTorchCheckpoint(bytes, { path: 'step_1' });
  } catch (error) {
    if (error instanceof FileFormatError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

/** Expects that a file is refused with a message that names the file, and what was expected. */
export function expectRefusal(bytes: Uint8Array, message: string): void {
  const error = refusal(bytes);
  expect(error.message).toContain(message);
  expect(error.message).toMatch(/^step_1(, byte \d+)?: /);
  expect(error.expected).toBeTruthy();
}
