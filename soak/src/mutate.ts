const integer = (limit: number) => Math.floor(Math.random() * limit);
const odd = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x5b, 0x7b];

/** One of the seeds with a few random changes: bits, bytes, ranges left out, doubled, or taken from another seed. */
export function mutate(seeds: readonly Uint8Array[]): Buffer {
  let bytes = Buffer.from(seeds[integer(seeds.length)]!);
  for (let changes = 1 + integer(4); changes > 0; changes--) {
    const at = integer(bytes.length + 1);
    const length = 1 + integer(Math.min(64, bytes.length));
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    const other = seeds[integer(seeds.length)]!;
    const kind = integer(6);
    if (kind === 0 && at < bytes.length) bytes[at]! ^= 1 << integer(8);
    else if (kind === 1 && at < bytes.length) bytes[at] = odd[integer(odd.length)]!;
    else if (kind === 2) bytes = Buffer.concat([head, tail.subarray(length)]);
    else if (kind === 3) bytes = Buffer.concat([head, tail.subarray(0, length), tail]);
    else if (kind === 4) bytes = Buffer.concat([head, other.subarray(integer(other.length)).subarray(0, length), tail]);
    else bytes = Buffer.concat([head, Buffer.of(odd[integer(odd.length)]!), tail]);
  }
  return bytes;
}
