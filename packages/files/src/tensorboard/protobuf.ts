// Fields of Protocol Buffers messages. As in its own writers, a scalar that has the default value is left out.

/** A varint: seven bits in each byte, the lowest first. @param value a whole number from 0 to 2^53 - 1. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  bytes.push(value);
  return Uint8Array.from(bytes);
}

const key = (field: number, wireType: number) => varint((field << 3) | wireType);

/** Joins parts to one array of bytes. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function littleEndian(value: number, bytes: 4 | 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return new Uint8Array(view.buffer);
}

/** A field with a whole number from 0, of type int32, int64 or an enumeration. */
export const integerField = (field: number, value: number): Uint8Array =>
  value === 0 ? new Uint8Array() : joinBytes([key(field, 0), varint(value)]);

/** A field of type double. */
export const doubleField = (field: number, value: number): Uint8Array =>
  Object.is(value, 0) ? new Uint8Array() : joinBytes([key(field, 1), littleEndian(value, 8)]);

/** A field of type float that belongs to a `oneof`, where the default value is written too. */
export const floatChoice = (field: number, value: number): Uint8Array =>
  joinBytes([key(field, 5), littleEndian(value, 4)]);

/** A field of bytes, or a message within a message. */
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  joinBytes([key(field, 2), varint(bytes.length), bytes]);

/** A field of text. */
export const textField = (field: number, text: string): Uint8Array => bytesField(field, new TextEncoder().encode(text));

/** A repeated field of type double, packed. */
export const doublesField = (field: number, values: readonly number[]): Uint8Array =>
  values.length === 0 ? new Uint8Array() : bytesField(field, joinBytes(values.map((value) => littleEndian(value, 8))));
