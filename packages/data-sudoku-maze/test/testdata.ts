import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a file of test data. */
export const testdata = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

/** The lines of a file of test data. */
export const testLines = (name: string): string[] => readFileSync(testdata(name), 'utf8').trim().split('\n');
