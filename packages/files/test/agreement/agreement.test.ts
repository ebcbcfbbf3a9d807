import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../src/file-format-error';
import type { HostTensor, NamedHostTensors } from '../../src/tensors/host-tensor';
import { parseSafetensors } from '../../src/safetensors/safetensors';
import { encodeElements } from '../../src/tensors/tensor-elements';
import { parseTorchCheckpoint } from '../../src/torch/torch-checkpoint';

/** A file that make_cases.py made, and the tensors Python read from it: null where Python refused it. */
interface Case {
  readonly kind: 'safetensors' | 'torch';
  readonly note: string;
  readonly bytes: string;
  readonly tensors: Record<string, [dtype: string, shape: number[], sha256: string]> | null;
}

const readers = {
  safetensors: (bytes: Uint8Array) => parseSafetensors(bytes).tensors,
  torch: (bytes: Uint8Array) => parseTorchCheckpoint(bytes),
};

const committed = new URL('../testdata/agreement/cases.jsonl.gz', import.meta.url);
const cases = gunzipSync(readFileSync(process.env.AGREEMENT_CASES ?? committed))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

/** The tensors as our readers find them, or undefined where they refuse the file. */
function readOurs({ kind, bytes }: Case): NamedHostTensors | undefined {
  try {
    return readers[kind](Buffer.from(bytes, 'base64'));
  } catch (error) {
    if (error instanceof FileFormatError) return undefined;
    throw error;
  }
}

function describeTensor(tensor: HostTensor): [string, readonly number[], string] {
  return [tensor.dtype, tensor.shape, createHash('sha256').update(encodeElements(tensor)).digest('hex')];
}

/** What Python read, under the names that our readers give. */
function expectedTensors({ kind, tensors }: Case): Record<string, unknown> {
  const named = Object.entries(tensors!);
  return Object.fromEntries(kind === 'torch' ? named.map(([name, t]) => [name.replace(/^_orig_mod\./, ''), t]) : named);
}

describe.each(['safetensors', 'torch'] as const)("agreement with Python's %s", (kind) => {
  const ofKind = cases.filter((item) => item.kind === kind);

  test('accepts nothing that Python refuses, and reads the same tensors', () => {
    let accepted = 0;
    for (const [i, item] of ofKind.entries()) {
      const ours = readOurs(item);
      if (ours === undefined) continue;
      accepted++;
      const where = `case ${i} (${item.note})`;
      expect(item.tensors, `${where}: Python refuses it`).not.toBeNull();
      const described = Object.fromEntries([...ours].map(([name, tensor]) => [name, describeTensor(tensor)]));
      expect(described, where).toEqual(expectedTensors(item));
    }
    expect(accepted).toBeGreaterThan(ofKind.length / 5);
  });

  test('reads every file as Python itself writes it', () => {
    const whole = ofKind.filter(({ note, tensors }) => note === 'as written' && tensors !== null);
    expect(whole.length).toBeGreaterThan(ofKind.length / 10);
    const refused = whole.filter((item) => readOurs(item) === undefined);
    // Beyond what state dicts are made of: compressed archives, a legacy file, names that differ only in _orig_mod.
    expect(refused.length).toBeLessThan(kind === 'torch' ? whole.length / 8 : 1);
  });
});
