import { fuzzReader } from '../src/fuzz-reader';
import { readers } from './readers';

// What Jazzer.js calls, with bytes that reach code not reached before. SOAK_READER names the reader.
const reader = readers.find(({ name }) => name === process.env.SOAK_READER)!;

export const fuzz = (bytes: Buffer): Promise<unknown> | unknown => fuzzReader(reader, bytes);
