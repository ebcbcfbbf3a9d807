import { types } from 'node:util';

/** Checks what a function named `caller` was given as bytes. Throws a TypeError that says how to get bytes from it. */
export function expectBytes(caller: string, bytes: unknown): asserts bytes is Uint8Array {
  if (types.isUint8Array(bytes)) return;
  throw new TypeError(`${caller} was given ${describeGiven(bytes)}; expected a Uint8Array${conversionOf(bytes)}`);
}

/** An argument of a wrong type, for a message. */
export function describeGiven(given: unknown): string {
  if (typeof given === 'string') {
    return `the string ${JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given)}`;
  }
  if (given === null || given === undefined) return String(given);
  if (typeof given === 'function') return 'a function';
  if (typeof given !== 'object') return `the ${typeof given} ${String(given)}`;
  const kind = given.constructor?.name ?? 'Object';
  return `${/^[AEIOU]/.test(kind) && !kind.startsWith('Uint') ? 'an' : 'a'} ${kind}`;
}

function conversionOf(given: unknown): string {
  if (typeof given === 'string') return ': new TextEncoder().encode(text)';
  if (types.isAnyArrayBuffer(given)) return ': new Uint8Array(buffer)';
  if (ArrayBuffer.isView(given)) return ': new Uint8Array(data.buffer, data.byteOffset, data.byteLength)';
  if (Array.isArray(given)) return ': Uint8Array.from(numbers)';
  return '';
}
