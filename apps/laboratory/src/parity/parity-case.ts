import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors, type NamedHostTensors } from '@hrm/files';
import type { OfficialConfig } from '@hrm/models';
import { readConfigJson, readRegularFile } from '@hrm/cli/internal';

/** Hyper-parameters of a recorded run, under their official names. */
export interface RecordedOptimizer {
  lr: number;
  puzzle_emb_lr: number;
  beta1: number;
  beta2: number;
  weight_decay: number;
  puzzle_emb_weight_decay: number;
  warmup_steps: number;
  total_steps: number;
  min_ratio: number;
}

/** A recorded run of the official code, which `hrm-lab parity` replays. */
export interface ParityCase {
  name: string;
  family: 'hrm' | 'trm';
  config: OfficialConfig & { batch_size: number };
  loss: 'stablemax_cross_entropy' | 'softmax_cross_entropy';
  optimizer: RecordedOptimizer;
  /** Decay of the moving average of the weights, if the recording has one. */
  ema: number | undefined;
  weights: NamedHostTensors;
  segments: NamedHostTensors[];
  evaluation: NamedHostTensors | undefined;
}

/** Reads the tensors of `name`.safetensors in a folder. */
export const readRecording = (folder: string, name: string): NamedHostTensors => {
  const path = join(folder, `${name}.safetensors`);
  return parseSafetensors(readRegularFile(path), { path }).tensors;
};

/** Throws unless a folder holds a recorded run. */
export function expectParityFolder(folder: string): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Error(`${folder} is not a folder; expected one that holds case.json`);
  if (!existsSync(join(folder, 'case.json'))) throw new Error(`${folder} is not a parity case: it holds no case.json`);
}

/** Reads a recorded run. @param folder such as `testdata/parity/hrm-rope`. @throws Error that names what is missing. */
export function readParityCase(folder: string): ParityCase {
  expectParityFolder(folder);
  const path = join(folder, 'case.json');
  const recorded = readConfigJson(path) as Record<string, unknown>;
  for (const key of ['family', 'config', 'loss', 'optimizer', 'segments']) {
    if (recorded[key] === undefined) throw new Error(`${path} has no "${key}"`);
  }
  if (recorded['family'] !== 'hrm' && recorded['family'] !== 'trm') {
    throw new Error(`${path}: the family is ${JSON.stringify(recorded['family'])}, expected "hrm" or "trm"`);
  }
  if (recorded['loss'] !== 'stablemax_cross_entropy' && recorded['loss'] !== 'softmax_cross_entropy') {
    throw new Error(
      `${path}: the loss is ${JSON.stringify(recorded['loss'])}, expected stablemax_cross_entropy or softmax_cross_entropy`,
    );
  }
  const count = recorded['segments'];
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) {
    throw new Error(
      `${path}: "segments" is ${JSON.stringify(count)}, expected the number of files segment-K.safetensors`,
    );
  }
  return {
    name: String(recorded['name'] ?? folder),
    family: recorded['family'],
    // Recordings are in float32 unless they say otherwise, unlike the official code itself.
    config: { forward_dtype: 'float32', ...(recorded['config'] as ParityCase['config']) },
    loss: recorded['loss'],
    optimizer: recorded['optimizer'] as RecordedOptimizer,
    ema: recorded['ema'] as number | undefined,
    weights: readRecording(folder, 'weights'),
    segments: Array.from({ length: count }, (_, k) => readRecording(folder, `segment-${k}`)),
    evaluation: existsSync(join(folder, 'evaluation.safetensors')) ? readRecording(folder, 'evaluation') : undefined,
  };
}
