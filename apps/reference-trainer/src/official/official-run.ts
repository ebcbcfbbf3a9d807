import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseTorchCheckpoint, type NamedHostTensors } from '@hrm/files';
import { PRECISIONS } from '@hrm/layers';
import { isScalar, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { readRegularFile } from '../files/read-regular-file';
import { configPlace, describeIssues, UsageError } from '../command-line/usage-error';

const arch = z.looseObject({
  name: z.string(),
  H_cycles: z.int().min(1),
  L_cycles: z.int().min(1),
  H_layers: z.int().min(0),
  L_layers: z.int().min(1),
  hidden_size: z.int().min(1),
  expansion: z.number().positive(),
  num_heads: z.int().min(1),
  pos_encodings: z.enum(['rope', 'learned', 'none']),
  puzzle_emb_ndim: z.int().min(0).default(0),
  halt_max_steps: z.int().min(1),
  halt_exploration_prob: z.number().min(0).max(1),
  forward_dtype: z.enum(PRECISIONS).optional(),
  rms_norm_eps: z.number().positive().optional(),
  rope_theta: z.number().positive().optional(),
  mlp_t: z.boolean().optional(),
  puzzle_emb_len: z.int().min(0).optional(),
  no_ACT_continue: z.boolean().optional(),
  loss: z.looseObject({ loss_type: z.string() }),
});

const officialConfig = z.looseObject({
  arch,
  global_batch_size: z.int().min(1),
  epochs: z.int().min(1),
  lr: z.number().positive(),
  lr_min_ratio: z.number(),
  lr_warmup_steps: z.number().min(0),
  weight_decay: z.number().min(0),
  beta1: z.number(),
  beta2: z.number(),
  puzzle_emb_lr: z.number().positive(),
  puzzle_emb_weight_decay: z.number().min(0),
  seed: z.int().default(0),
});

/** The content of `all_config.yaml` of the official code. */
export type OfficialRunConfig = z.infer<typeof officialConfig>;

/** A run of the official code. */
export interface OfficialRun {
  config: OfficialRunConfig;
  weights: NamedHostTensors;
  /** From the name of the checkpoint, such as `step_500`; 0 for another name. */
  step: number;
  checkpoint: string;
}

/** The largest config; official ones have about 1,500 bytes. Deeply nested YAML takes long to read. */
const MAX_YAML_BYTES = 1 << 16;

/** Parses YAML. It checks for duplicate keys in one pass, because the library compares each key with each. */
function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error) throw error;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) throw new Error(`the key ${String(name)} occurs twice`);
        seen.add(name);
      }
    },
  });
  return document.toJS({ maxAliasCount: 0 });
}

function readOfficialConfig(path: string): OfficialRunConfig {
  if (!existsSync(path))
    throw new UsageError(`${path} is missing; it describes the model of the checkpoint. Give it as --config`);
  const text = readRegularFile(path, { maxBytes: MAX_YAML_BYTES }).toString('utf8');
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = officialConfig.safeParse(parsed);
  if (result.success) return result.data;
  throw new UsageError(`${path}: ${describeIssues(result.error, configPlace)}`);
}

/** The newest `step_N` of a folder, or the file called `checkpoint` of published runs. */
function findCheckpoint(folder: string): string {
  const names = readdirSync(folder);
  const steps = names.filter((name) => /^step_\d+$/.test(name)).sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)));
  const found = steps[0] ?? names.find((name) => name === 'checkpoint' || name === 'checkpoint.pt');
  if (!found) throw new UsageError(`DIR: ${folder} holds no checkpoint, expected a file such as step_500`);
  return join(folder, found);
}

/**
 * Reads a run of the official HRM or TRM: a folder with `all_config.yaml` and `step_N`, or a checkpoint alone.
 *
 * @param configPath the config of a checkpoint without an `all_config.yaml` next to it.
 */
export function readOfficialRun(path: string, configPath: string | undefined): OfficialRun {
  if (!existsSync(path)) throw new UsageError(`DIR: there is no ${path}`);
  const checkpoint = statSync(path).isDirectory() ? findCheckpoint(path) : path;
  const config = readOfficialConfig(configPath ?? join(dirname(checkpoint), 'all_config.yaml'));
  const weights = parseTorchCheckpoint(readRegularFile(checkpoint), { path: checkpoint });
  const step = Number(/^step_(\d+)$/.exec(basename(checkpoint))?.[1] ?? 0);
  return { config, weights, step, checkpoint };
}
