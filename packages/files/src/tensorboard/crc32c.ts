/** The CRC of each byte by itself, for the Castagnoli polynomial. */
const table = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/**
 * The CRC-32C of bytes, masked as TFRecord files store it: a CRC of bytes that contain a CRC would be weak.
 *
 * Source: TensorFlow, `tsl/lib/hash/crc32c.h`, `Mask`.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
