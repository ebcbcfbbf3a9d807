import { types } from 'node:util';
import { describeGiven } from '../checks/describe-given';

/** Checks what a function named `caller` was given as bytes. Throws a TypeError that says how to get bytes from it. */
export function expectBytes(caller: string, bytes: unknown): asserts bytes is Uint8Array {
  if (types.isUint8Array(bytes)) return;
  throw new TypeError(`${caller} was given ${describeGiven(bytes)}; expected a Uint8Array${conversionOf(bytes)}`);
}

function conversionOf(given: unknown): string {
  if (typeof given === 'string') return ': new TextEncoder().encode(text)';
  if (types.isAnyArrayBuffer(given)) return ': new Uint8Array(buffer)';
  if (ArrayBuffer.isView(given)) return ': new Uint8Array(data.buffer, data.byteOffset, data.byteLength)';
  if (Array.isArray(given)) return ': Uint8Array.from(numbers)';
  return '';
}
