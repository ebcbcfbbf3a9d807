import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyRun } from './tiny-run';

/** A run of milliseconds: a tiny model, four steps of two puzzles. */
export const quickRun = {
  ...tinyRun,
  name: 'quick',
  generate: { train: 12, test: 4, givens: [8, 10], seed: 0 },
  model: {
    ...tinyRun.model,
    hiddenSize: 8,
    puzzleEmbeddingSize: 8,
    schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  },
  training: { ...tinyRun.training, batchSize: 2, steps: 4, evaluateEvery: 4, checkpointEvery: 2 },
};

/** Writes the config of such a run, with changes to its sections. */
export function writeQuickConfig(path: string, changes: { [section: string]: unknown } = {}): string {
  const merged = Object.entries(changes).map(([key, value]) => {
    const section = (quickRun as { [key: string]: unknown })[key];
    return [key, typeof section === 'object' && value !== null ? { ...section, ...(value as object) } : value];
  });
  writeFileSync(path, JSON.stringify({ ...quickRun, ...Object.fromEntries(merged) }));
  return path;
}

/** SHA-256 of every file of a folder, by name. */
export function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** The tensors of a run's checkpoint, as SHA-256. */
export function tensorsOf(run: string, step: number): Record<string, string> {
  const files = filesOf(join(run, 'checkpoints', `checkpoint-${String(step).padStart(8, '0')}`));
  return Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.safetensors')));
}
