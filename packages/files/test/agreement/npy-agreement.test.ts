import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { FileFormatError, parseNpy, type NpyArray } from '@hrm/files';

/** A file that make_npy_cases.py made, and what numpy read in it: null where it refused. */
interface Case {
  readonly note: string;
  readonly bytes: string;
  readonly array: [type: string, shape: number[], sha256: string] | null;
}

const path = process.env.NPY_CASES ?? new URL('../testdata/agreement/npy-cases.jsonl.gz', import.meta.url);
const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
const cases = lines.map((line) => JSON.parse(line) as Case);

function readOurs({ bytes }: Case): NpyArray | undefined {
  try {
    return parseNpy(Buffer.from(bytes, 'base64'));
  } catch (error) {
    if (error instanceof FileFormatError) return undefined;
    throw error;
  }
}

/** As numpy describes it: 64-bit integers, which we narrow, as wide as they were. */
function describeArray({ type, shape, data }: NpyArray): unknown[] {
  const wide = type === 'i8' ? BigInt64Array.from(data as Int32Array, BigInt) : data;
  const bytes = new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength);
  const name = type === 'u1' || type === 'i1' ? `|${type}` : `<${type}`;
  return [name, shape, createHash('sha256').update(bytes).digest('hex')];
}

it("accepts no .npy file that numpy refuses, and reads numpy's own as the same arrays", () => {
  let [accepted, written, refusedAsWritten] = [0, 0, 0];
  for (const [i, item] of cases.entries()) {
    const ours = readOurs(item);
    const isOurKind = item.array !== null && /^(\|[ui]1|<[i][248]|<f[48])$/.test(item.array[0]);
    if (item.note === 'as written' && isOurKind) {
      written++;
      if (ours === undefined) refusedAsWritten++;
    }
    if (ours === undefined) continue;
    accepted++;
    expect(item.array, `case ${i} (${item.note}): numpy refuses it`).not.toBeNull();
    expect(describeArray(ours), `case ${i} (${item.note})`).toEqual(item.array);
  }
  expect(accepted).toBeGreaterThan(cases.length / 5);
  expect(written).toBeGreaterThan(cases.length / 10);
  // Fortran order and 64-bit integers beyond 32 bits, which we refuse by name.
  expect(refusedAsWritten).toBeLessThan(written / 4);
});
