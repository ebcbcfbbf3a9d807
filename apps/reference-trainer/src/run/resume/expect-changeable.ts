import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../command-line/usage-error';
import { describeChanges, type ConfigChange } from '../../config/config-changes';
import { splits } from '../folder/run-folder';

/**
 * Makes sure that a run can change these keys.
 *
 * @param holds what its checkpoint holds; an imported one has `weights` only.
 */
export function expectChangeable(
  { run, data }: { run: string; data: string | undefined },
  changes: readonly ConfigChange[],
  holds: 'all' | 'weights' | 'nothing',
): void {
  const hasPuzzles = data !== undefined && splits.some((split) => existsSync(join(data, split)));
  const isFixed = ({ key, effect }: ConfigChange) => {
    if (effect !== 'fixed') return false;
    // Puzzles are generated once, so these keys can change only before that.
    if (/^(generate|task)\b/.test(key)) return hasPuzzles || holds !== 'nothing';
    return holds === 'all' || (holds === 'weights' && !key.startsWith('training.'));
  };
  const refused = changes.filter(isFixed);
  if (refused.length === 0) return;
  throw new UsageError(
    `--resume: the run in ${run} cannot change ${describeChanges(refused, ['has', 'given'])}; ` +
      'omit CONFIG, --set and --seed to resume it unchanged, or choose another --out',
  );
}
