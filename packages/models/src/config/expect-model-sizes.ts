import { FileFormatError, type NamedHostTensors } from '@hrm/files';
import { CANDIDATE_KINDS } from '../candidates';
import type { ModelConfig } from './model-config';

/**
 * Throws unless the sizes in a config match the weights. Call it before you make a model from a file: the config
 * decides how much memory the model takes, and may be damaged.
 *
 * @param values the weights, by our names.
 * @param options.path names the file in errors.
 * @param options.hasOwnParts skips the blocks, because custom blocks may have any parameters. Default false.
 * @throws `FileFormatError` if a size differs.
 */
export function expectModelSizes(
  {
    family,
    vocabSize,
    seqLen,
    hiddenSize,
    hLayers = 4,
    lLayers,
    block,
    positions,
    puzzleEmbedding,
    candidates,
  }: ModelConfig,
  values: NamedHostTensors,
  { path, hasOwnParts = false }: { path?: string | undefined; hasOwnParts?: boolean } = {},
): void {
  const fail = (problem: string, expected: string) => {
    throw new FileFormatError({ path, problem, expected: `${expected}, as its config says` });
  };
  const expectShape = (name: string, shape: readonly unknown[]) => {
    const found = values.get(name)?.shape;
    if (found?.join() === shape.join()) return;
    fail(`"${name}" ${found ? `has shape [${found.join(', ')}]` : 'is missing'}`, `shape [${shape.join(', ')}]`);
  };
  expectShape('tokenEmbedding.weight', [candidates ? CANDIDATE_KINDS : vocabSize, hiddenSize]);
  if (puzzleEmbedding) expectShape('puzzleEmbedding.weight', [puzzleEmbedding.puzzles, puzzleEmbedding.size]);
  if (hasOwnParts) return;
  // Every size of a part is one of a tensor.
  const largest = [...values.values()].flatMap(({ shape }) => shape).reduce((most, size) => Math.max(most, size), 1);
  // The config may come from a file and hold any value.
  const options = typeof block === 'object' && block !== null ? block : {};
  const isForLength = positions === 'learned' || block?.type === 'mixer';
  for (const [name, size] of Object.entries({ ...options, ...(isForLength && { seqLen }) })) {
    if (typeof size === 'number' && size > largest) fail(`no tensor has a size of ${size}`, `one for ${name}`);
  }
  const expectBlocks = (level: string, count: number) => {
    const name = new RegExp(`^${level}\\.blocks\\.(\\d+)\\.`);
    const found = new Set([...values.keys()].flatMap((key) => name.exec(key)?.[1] ?? [])).size;
    if (found !== count) fail(`it has ${found} blocks in ${level}`, String(count));
  };
  expectBlocks('lowLevel', lLayers ?? (family === 'trm' ? 2 : 4));
  if (family === 'hrm') expectBlocks('highLevel', hLayers);
  // A gated layer has 2/3 of the expansion, rounded up.
  const down = 'lowLevel.blocks.0.feedForward.down.weight';
  const inner = values.get(down)?.shape[0];
  const { expansion } = options as { expansion?: unknown };
  if (inner !== undefined && typeof expansion === 'number' && (2 / 3) * expansion * hiddenSize > inner + 1) {
    fail(`"${down}" has ${inner} rows`, `an expansion of ${expansion}`);
  }
}
