import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointStore, type CheckpointStoreOptions } from '../../../src/checkpoint/checkpoint-store';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { smallCheckpoint } from '../small-checkpoint';

/** A store in a new run folder, and its warnings. `save` takes steps, or pairs of step and metric. */
export async function openStore(run = temporaryFolder(), options: CheckpointStoreOptions = {}) {
  const warnings: string[] = [];
  const store = await CheckpointStore.open(run, { onWarning: (message) => warnings.push(message), ...options });
  const save = async (...steps: readonly (number | readonly [step: number, metric: number])[]) => {
    for (const item of steps)
      await store.save(typeof item === 'number' ? smallCheckpoint(item) : smallCheckpoint(...item));
  };
  return { run, store, save, warnings };
}

/** The folder of a checkpoint. */
export const pathOf = (run: string, step: number): string =>
  join(run, 'checkpoints', `checkpoint-${String(step).padStart(8, '0')}`);

/** Cuts a file of a checkpoint short. */
export const damage = (run: string, step: number): void =>
  truncateSync(join(pathOf(run, step), 'weights.safetensors'), 5);

/** An error of the file system with this code. */
export const systemError = (code: string, message = code): Error => Object.assign(new Error(message), { code });
