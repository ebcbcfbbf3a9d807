import { createHash } from 'node:crypto';
import { asFloat32, type HostTensor, type NamedHostTensors } from '@hrm/files';
import type { Terminal } from '../../terminal/terminal';
import { identifiersOfRun } from '../folder/identifiers-of-run';
import { readRunWeights } from '../folder/read-run-weights';
import { readRunDescription, type RunOrigin } from '../folder/run-folder';
import type { Identifiers } from '../puzzles/identifier-names';

/** How the vectors of new puzzle identifiers begin: at zero, or as the mean of all vectors of the run. */
export type NewVectors = 'zero' | 'mean';

/** A run whose weights another run begins with. */
export interface SourceRun {
  origin: RunOrigin;
  /** Its averaged weights, or its own if it has no average. */
  values: NamedHostTensors;
  /** The identifiers that its puzzle embedding has vectors for. */
  identifiers: Identifiers;
  newVectors: NewVectors;
}

/** SHA-256 of the names, shapes and bytes of tensors. */
function fingerprint(values: NamedHostTensors): string {
  const hash = createHash('sha256');
  for (const [name, { dtype, shape, data }] of values) {
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** Reads the weights of a run to begin another one with. @throws as `readRunWeights`. */
export async function readSourceRun(
  run: string,
  { checkpoint, newVectors }: { checkpoint: 'newest' | 'best'; newVectors: NewVectors },
  terminal: Terminal,
): Promise<SourceRun> {
  const description = readRunDescription(run, '--from');
  const { values, step } = await readRunWeights(run, description, terminal, { checkpoint });
  const identifiers = await identifiersOfRun(run, description);
  return { origin: { run, step, sha256: fingerprint(values) }, values, identifiers, newVectors };
}

const TABLE = 'puzzleEmbedding.weight';

/** The weights that a run begins with, and the identifiers that they have vectors for. */
export interface StartingWeights {
  values: NamedHostTensors;
  identifiers: Identifiers;
  /** How many of them are new. */
  added: number;
}

/**
 * The weights of a run, with vectors for the puzzle identifiers of other data. All vectors of the run are kept; new
 * identifiers are added behind them. Without names, identifiers are compared by number.
 *
 * Source of the mean: official TRM, `pretrain.py`, `load_checkpoint`, which resets every vector to it.
 */
export function startingWeights({ values, identifiers, newVectors }: SourceRun, data: Identifiers): StartingWeights {
  const table = values.get(TABLE);
  if (!table) return { values, identifiers: data, added: 0 };
  const byName = data.names !== undefined && identifiers.names !== undefined;
  const known = new Set(identifiers.names);
  // The blank identifier of the data is that of the model, whatever its name.
  const newNames = byName ? data.names!.slice(1).filter((name) => !known.has(name)) : [];
  const added = byName ? newNames.length : Math.max(0, data.count - identifiers.count);
  const count = identifiers.count + added;
  const names = byName ? [...identifiers.names!, ...newNames] : data.count >= count ? data.names : undefined;
  return {
    values: new Map([...values, [TABLE, withMoreRows(table, added, newVectors)]]),
    identifiers: { count, names },
    added,
  };
}

function withMoreRows(table: HostTensor, added: number, newVectors: NewVectors): HostTensor {
  const [rows, size] = table.shape as [number, number];
  const vectors = asFloat32(TABLE, table).data as Float32Array;
  const more = new Float32Array((rows + added) * size);
  more.set(vectors);
  if (newVectors === 'mean') {
    const mean = new Float64Array(size);
    vectors.forEach((value, i) => (mean[i % size]! += value / rows));
    for (let row = rows; row < rows + added; row++) more.set(mean, row * size);
  }
  return { dtype: 'float32', shape: [rows + added, size], data: more };
}
