import { parseJsonObject, parseTorchCheckpoint, serializeSafetensors, type NamedHostTensors } from '@hrm/files';
import {
  loadModel,
  modelConfigFromOfficial,
  type ModelConfig,
  type PuzzleGrid,
  type RecursiveReasoner,
} from '@hrm/models';
import { MAZE_ALPHABET } from '@hrm/data-sudoku-maze';
import type { Puzzle } from '../puzzles/puzzle';

/** The Sudokus that the page can show: positions, and tokens (pad, blank and digits). */
const boards = [4, 6, 9].map((size) => ({ size, seqLen: size * size, vocabSize: size + 2 }));
/** Tokens of a maze: pad, and the five characters. */
const MAZE_TOKENS = MAZE_ALPHABET.length + 1;

/** A model of the reader's, and the puzzles that it is for. */
export interface OpenedModel {
  kind: Puzzle['kind'];
  width: number;
  height: number;
  /** Whether it takes puzzles of other sizes too. */
  anySize: boolean;
  /** The model for puzzles of a size. Disposes the one of another size. */
  atSize(size: { width: number; height: number }): RecursiveReasoner;
}

/** A file that the reader gives. */
export interface GivenFile {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Reads a model of the reader's: a file of `hrm export`; `weights.safetensors` or `ema.safetensors` of a run, with its
 * `config.json`; or an official `step_N`, with its `all_config.yaml`.
 *
 * @throws Error that says what was wrong with the files, and what was expected.
 */
export async function openModel(files: readonly GivenFile[]): Promise<OpenedModel> {
  const config = files.find(({ name }) => /\.(json|ya?ml)$/i.test(name));
  const weights = files.filter((file) => file !== config);
  if (weights.length !== 1) {
    const given = files.length === 0 ? 'no file' : files.map(({ name }) => name).join(' and ');
    throw new Error(`Expected the weights of one model, and its config if they are in two files; got ${given}.`);
  }
  const [{ name: path }] = weights as [GivenFile];
  const bytes = new Uint8Array(await weights[0]!.arrayBuffer());
  const isTorch = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const tensors = isTorch ? parseTorchCheckpoint(bytes, { path }) : undefined;
  if (tensors && !config) throw new Error(`${path} has no config in it: drop its all_config.yaml along with it.`);
  const text = config && new TextDecoder().decode(await config.arrayBuffer());
  const read = text && (await readConfig(text, config!.name, tensors));
  const content = tensors ? serializeSafetensors(withoutBuffers(tensors)) : bytes;
  const load = (grid?: PuzzleGrid) =>
    loadModel(content, { path, ...(read && { config: read }), ...(grid && { grid }) });
  let model = load();
  const { seqLen, vocabSize } = model;
  const board = boards.find((each) => seqLen === each.seqLen && vocabSize === each.vocabSize);
  if (board) return { kind: 'sudoku', width: board.size, height: board.size, anySize: false, atSize: () => model };
  const side = Math.sqrt(seqLen);
  if (vocabSize === MAZE_TOKENS && Number.isInteger(side)) {
    // Others may fit too, but would take the puzzle for one in a line.
    const anySize = typeof model.config?.block.grid === 'object' && canResize(load, side + 1);
    const atSize = ({ width, height }: { width: number; height: number }) => {
      if (model.seqLen === width * height && !anySize) return model;
      model.dispose();
      return (model = load({ rows: height, columns: width }));
    };
    return { kind: 'maze', width: side, height: side, anySize, atSize };
  }
  model.dispose();
  const expected = boards.map(({ size, ...each }) => `${each.seqLen} and ${each.vocabSize} (${size}x${size})`);
  throw new Error(
    `${path} is a model of neither Sudoku nor square mazes: it has ${seqLen} positions and ${vocabSize} tokens, ` +
      `expected ${expected.join(', ')}, or a square number and ${MAZE_TOKENS} (mazes).`,
  );
}

/** Whether a model fits puzzles of another size. */
function canResize(load: (grid: PuzzleGrid) => RecursiveReasoner, side: number): boolean {
  try {
    load({ rows: side, columns: side }).dispose();
    return true;
  } catch {
    return false;
  }
}

async function readConfig(text: string, path: string, tensors: NamedHostTensors | undefined): Promise<ModelConfig> {
  if (/\.ya?ml$/i.test(path)) return officialConfig(text, path, tensors);
  const json = parseJsonObject(text, { path, what: 'the config' });
  // A run's config holds the model's.
  const config = 'family' in json ? json : json['model'];
  if (typeof config === 'object' && config !== null && 'family' in config) return config as unknown as ModelConfig;
  throw new Error(`${path} holds no model: expected config.json of a run, or the config of a model.`);
}

/** Tokens of a puzzle in published models whose vocabulary has another size than that of a Sudoku: mazes and ARC. */
const PUBLISHED: Readonly<Record<number, number>> = { 6: 900, 12: 900 };

/** The sizes of the vocabulary and the puzzle table are not in the official config, but in the weights. */
async function officialConfig(text: string, path: string, tensors: NamedHostTensors | undefined): Promise<ModelConfig> {
  if (!tensors) throw new Error(`${path} belongs to an official step_N: drop both together.`);
  const { parse } = await import('yaml');
  const all = (parse(text, { maxAliasCount: 0 }) ?? {}) as {
    arch?: { name?: string; [key: string]: unknown };
    data_path?: unknown;
    data_paths?: unknown;
  };
  const { arch } = all;
  if (typeof arch !== 'object')
    throw new Error(`${path} has no "arch": expected all_config.yaml of the official code.`);
  const rows = (suffix: string) => [...tensors].find(([name]) => name.endsWith(suffix))?.[1].shape[0];
  const vocabSize = rows('embed_tokens.embedding_weight') ?? 0;
  // A Sudoku of 4x4 has as many tokens as a maze.
  const isSudoku = /sudoku/i.test(JSON.stringify([all.data_path, all.data_paths]));
  const architecture = {
    ...(arch as unknown as Parameters<typeof modelConfigFromOfficial>[1]),
    vocab_size: vocabSize,
    seq_len: (isSudoku ? undefined : PUBLISHED[vocabSize]) ?? (vocabSize - 2) ** 2,
    num_puzzle_identifiers: rows('puzzle_emb.weights') ?? 1,
  };
  return {
    ...modelConfigFromOfficial(/trm|recursive/i.test(arch.name ?? '') ? 'trm' : 'hrm', architecture),
    precision: 'float32',
  };
}

/** Without what the official code computes, but some of its versions save. */
function withoutBuffers(tensors: NamedHostTensors): NamedHostTensors {
  const isBuffer = (name: string) =>
    /(^|\.)(rotary_emb\.(inv_freq|cos_cached|sin_cached)|puzzle_emb\.(local_weights|local_ids))$/.test(name);
  return new Map([...tensors].filter(([name]) => !isBuffer(name)));
}
