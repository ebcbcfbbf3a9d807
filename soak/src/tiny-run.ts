import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyRun } from '../../apps/reference-trainer/test/tiny-run';

/** Writes the config of a run small enough to be started hundreds of times, and returns its path. */
export function writeTinyConfig(
  folder: string,
  training: Readonly<Record<string, unknown>> = {},
  model: Readonly<Record<string, unknown>> = {},
): string {
  const path = join(folder, 'tiny.json');
  const config = {
    ...tinyRun,
    model: { ...tinyRun.model, ...model },
    training: { ...tinyRun.training, steps: 60, evaluateEvery: 20, checkpointEvery: 2, ...training },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** SHA-256 of the metrics and of each file of tensors of a run's newest checkpoint. */
export function fingerprint(run: string): Readonly<Record<string, string>> {
  const checkpoints = join(run, 'checkpoints');
  const newest = readdirSync(checkpoints).filter((name) => name.startsWith('checkpoint-')).sort().at(-1)!; // prettier-ignore
  const files = readdirSync(join(checkpoints, newest)).filter((name) => name.endsWith('.safetensors'));
  const paths = [join(run, 'metrics.jsonl'), ...files.map((name) => join(checkpoints, newest, name))];
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return { newest, ...Object.fromEntries(paths.map((path) => [path.slice(run.length), hash(path)])) };
}
