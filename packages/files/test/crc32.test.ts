import { expect, test } from 'vitest';
import { crc32 } from '../src/zip/crc32';
import { bytesOf } from './torch-file';

test('CRC-32 gives its check value, for any split between its two loops', () => {
  expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926);
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i * 7);
  const bitByBit = (data: Uint8Array) => {
    let crc = -1;
    for (const byte of data) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  for (let length = 0; length <= 40; length++) {
    expect(crc32(bytes.subarray(0, length))).toBe(bitByBit(bytes.subarray(0, length)));
  }
});
