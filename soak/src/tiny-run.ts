import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the config of a run small enough to be started hundreds of times, and returns its path. */
export function writeTinyConfig(
  folder: string,
  training: Readonly<Record<string, unknown>> = {},
  model: Readonly<Record<string, unknown>> = {},
): string {
  const path = join(folder, 'tiny.json');
  const config = {
    name: 'tiny',
    task: { kind: 'sudoku', size: 4 },
    generate: { train: 60, test: 24, givens: [8, 10], seed: 0 },
    model: {
      hiddenSize: 16,
      hLayers: 1,
      lLayers: 1,
      block: { type: 'mixer', expansion: 1 },
      schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
      halting: { type: 'q-learning', maxSegments: 4, exploration: 0.3 },
      positions: 'none',
      puzzleEmbeddingSize: 16,
      ...model,
    },
    training: {
      batchSize: 12,
      steps: 60,
      learningRate: 1e-3,
      weightDecay: 0.1,
      emaDecay: 0.9,
      augment: true,
      evaluateEvery: 20,
      checkpointEvery: 2,
      ...training,
    },
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
