import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileFormatError } from '@hrm/files';
import { expect } from 'vitest';
import type { ExampleTable } from '../../src/index';
import { readExamples, type ReadExamplesOptions } from '../../src/files';
import { dir } from '../temporary-files';

/** Writes a file of this name, and returns its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** The path of a file of test data. */
export const stored = (name: string): string => fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));

/** The inputs and outputs of all examples. */
export const pairs = (table: ExampleTable) => Array.from(table, ({ input, output }) => [input, output]);

/** Reads a file that must be refused, and returns what the error says. */
export async function refusal(path: string, options?: ReadExamplesOptions): Promise<string> {
  const error = await readExamples(path, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  expect((error as FileFormatError).path).toBe(path);
  return (error as Error).message.replace(`${path}`, 'FILE');
}
