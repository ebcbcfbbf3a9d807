import { type HostTensor, type NamedHostTensors, asFloat32 } from '@hrm/files';

/** Our name and the official name of each part. */
const PARTS: readonly (readonly [ours: string, official: string])[] = [
  ['tokenEmbedding.weight', 'embed_tokens.embedding_weight'],
  ['positionEmbedding.weight', 'embed_pos.embedding_weight'],
  ['puzzleEmbedding.weight', 'puzzle_emb.weights'],
  ['outputHead', 'lm_head'],
  ['halting.head', 'q_head'],
  ['initialLatents.zH', 'H_init'],
  ['initialLatents.zL', 'L_init'],
  ['highLevel.blocks', 'H_level.layers'],
  ['lowLevel.blocks', 'L_level.layers'],
  ['attention.queryKeyValue', 'self_attn.qkv_proj'],
  ['attention.output', 'self_attn.o_proj'],
  ['positionMixer.gateUp', 'mlp_t.gate_up_proj'],
  ['positionMixer.down', 'mlp_t.down_proj'],
  ['feedForward.gateUp', 'mlp.gate_up_proj'],
  ['feedForward.down', 'mlp.down_proj'],
];

const PREFIX = 'inner.';

/** Replaces each known part of a dotted name. A part ends at a dot or at the end of the name. */
function translate(name: string, from: 0 | 1, to: 0 | 1): string {
  let translated = `.${name}.`;
  for (const part of PARTS) translated = translated.replace(`.${part[from]}.`, `.${part[to]}.`);
  return translated.slice(1, -1);
}

/**
 * Translates the name of our parameter to the official name.
 */
export const nameToOfficial = (ours: string): string => PREFIX + translate(ours, 0, 1);

/**
 * Translates an official name to ours. Ignores the prefixes of `torch.compile` (`_orig_mod.`) and the loss head
 * (`model.`).
 */
export function nameFromOfficial(official: string): string {
  const start = official.indexOf(PREFIX);
  return translate(start < 0 ? official : official.slice(start + PREFIX.length), 1, 0);
}

/** Whether a parameter is the matrix of a linear layer: `[out, in]` in official files, `[in, out]` here. */
const isTransposed = (ours: string, { shape }: { readonly shape: readonly number[] }) =>
  shape.length === 2 && ours.endsWith('.weight') && !ours.includes('Embedding.');

function transposed({ shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const source = data as Float32Array;
  const result = new Float32Array(source.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = source[r * columns + c]!;
  return { dtype: 'float32', shape: [columns, rows], data: result };
}

/**
 * Converts official weights to ours: translates names, transposes matrices, and converts values to float32.
 *
 * @throws RangeError for a value that float32 cannot hold, and for two tensors with the same name of ours (with and
 *   without a prefix).
 *
 * @example
 * ```ts
 * import { weightsFromOfficial } from '@hrm/models';
 *
 * const official = new Map([
 *   ['inner.lm_head.weight', { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(3, 4) }],
 * ]);
 * console.log(weightsFromOfficial(official).get('outputHead.weight')!.shape); // [2, 1]
 * ```
 */
export function weightsFromOfficial(official: NamedHostTensors): NamedHostTensors {
  const ours = new Map<string, HostTensor>();
  for (const [officialKey, tensor] of official) {
    const name = nameFromOfficial(officialKey);
    if (ours.has(name))
      throw new RangeError(`"${officialKey}" is a second "${nameToOfficial(name)}"; expected one tensor per parameter`);
    const value = asFloat32(officialKey, tensor);
    ours.set(name, isTransposed(name, value) ? transposed(value) : value);
  }
  return ours;
}

/** Converts our weights to official ones: the inverse of {@link weightsFromOfficial}. */
export function weightsToOfficial(ours: NamedHostTensors): NamedHostTensors {
  const official = new Map<string, HostTensor>();
  for (const [name, tensor] of ours) {
    const value = asFloat32(name, tensor);
    official.set(nameToOfficial(name), isTransposed(name, value) ? transposed(value) : value);
  }
  return official;
}

/**
 * Converts the shapes of our parameters, such as those of `parameterShapes`, to official names and layout.
 */
export function shapesToOfficial(ours: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...ours].map(([name, shape]) => [
      nameToOfficial(name),
      isTransposed(name, { shape }) ? [...shape].reverse() : shape,
    ]),
  );
}
