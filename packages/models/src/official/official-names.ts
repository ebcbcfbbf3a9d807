import { type HostTensor, type NamedHostTensors, asFloat32 } from '@hrm/files';

/** Our name of each part, and its name in the official state dict. */
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

/** Replaces each part of a dotted name that the table knows; parts end at a dot or at the end. */
function translate(name: string, from: 0 | 1, to: 0 | 1): string {
  let translated = `.${name}.`;
  for (const part of PARTS) translated = translated.replace(`.${part[from]}.`, `.${part[to]}.`);
  return translated.slice(1, -1);
}

/**
 * The official state dict's name of a parameter of ours.
 */
export const nameToOfficial = (ours: string): string => PREFIX + translate(ours, 0, 1);

/**
 * Our name of a parameter of the official state dict, without the prefix that `torch.compile` and the loss head put in
 * front (`_orig_mod.`, `model.`).
 */
export function nameFromOfficial(official: string): string {
  const start = official.indexOf(PREFIX);
  return translate(start < 0 ? official : official.slice(start + PREFIX.length), 1, 0);
}

/** Matrices of linear layers: `[out, in]` in official files, `[in, out]` here. Embedding tables are the same in both. */
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
 * Weights of the official state dict as parameters of ours: names translated, matrices transposed, values as float32.
 *
 * @throws RangeError for a value that float32 cannot hold, and for two tensors that are one parameter (with and without the
 *   prefix of the loss head).
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
      throw new RangeError(`"${officialKey}" is "${nameToOfficial(name)}" once more; expected each once`);
    const value = asFloat32(officialKey, tensor);
    ours.set(name, isTransposed(name, value) ? transposed(value) : value);
  }
  return ours;
}

/** The reverse of {@link weightsFromOfficial}. */
export function weightsToOfficial(ours: NamedHostTensors): NamedHostTensors {
  const official = new Map<string, HostTensor>();
  for (const [name, tensor] of ours) {
    const value = asFloat32(name, tensor);
    official.set(nameToOfficial(name), isTransposed(name, value) ? transposed(value) : value);
  }
  return official;
}

/**
 * Shapes of parameters of ours, as of `parameterShapes`, by the official names and in the official layout.
 */
export function shapesToOfficial(ours: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...ours].map(([name, shape]) => [
      nameToOfficial(name),
      isTransposed(name, { shape }) ? [...shape].reverse() : shape,
    ]),
  );
}
