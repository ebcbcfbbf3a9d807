import { FileFormatError } from '@hrm/files';
import { weightsFromOfficial } from '@hrm/models';
import type { Trainer } from '@hrm/trainer';
import type { Checkpoint } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../../config/run-config';
import { configChanges, describeChanges } from '../../config/config-changes';
import { expectFinite } from './expect-finite';
import { configOfCheckpoint, type RunProgress } from './run-progress';
import { trainerState } from './run-state';

/**
 * Makes sure that a checkpoint belongs to the run that its folder describes.
 *
 * @param sections parts of the config that must be the same; default: all keys that a run cannot change.
 * @throws FileFormatError that names the keys that differ.
 */
export function expectCheckpointOf(
  checkpoint: Pick<Checkpoint, 'state' | 'path'>,
  config: RunConfig,
  sections?: readonly (keyof RunConfig)[],
): void {
  const saved = configOfCheckpoint(checkpoint);
  if (!saved) return;
  const changes = configChanges(saved, config).filter(
    ({ key, effect }) => effect === 'fixed' && (!sections || sections.includes(key.split('.')[0] as keyof RunConfig)),
  );
  if (changes.length === 0) return;
  throw new FileFormatError({
    path: checkpoint.path,
    problem: `this checkpoint is not of the run in config.json: ${describeChanges(changes, ['there', 'here'])}`,
    expected: 'checkpoints and config.json of the same run; restore the files that belong together',
  });
}

/**
 * Gives the trainer the state of a checkpoint. An imported checkpoint holds only weights: optimizer and random numbers
 * then start anew, and the averages start from these weights.
 *
 * @throws Error if it does not fit or has numbers that are not finite; the trainer stays as it was.
 */
export async function restoreTrainer(
  trainer: Trainer,
  { step, files, path }: Pick<Checkpoint, 'step' | 'files' | 'path'>,
  progress: RunProgress | undefined,
): Promise<void> {
  expectFinite(path, files);
  if (progress) {
    trainer.restore(trainerState(step, files, progress));
    return;
  }
  const weights = weightsFromOfficial(files['weights'] ?? new Map<never, never>());
  const fresh = await trainer.state();
  const ema = new Map([...fresh.ema].map(([name, value]) => [name, weights.get(name) ?? value]));
  trainer.restore({ ...fresh, step, weights, ema });
}
