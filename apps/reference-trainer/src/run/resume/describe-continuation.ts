import { isProgressive } from '@hrm/recursion/internal';
import { describeChanges, type ConfigChange } from '../../config/config-changes';
import type { RunConfig } from '../../config/run-config';
import { totalStepsOf } from '../building/build-run';
import type { PreparedRun } from '../training/prepare-run';
import { describeRateChange } from './describe-rate-change';

/** Describes how a run continues with another config; undefined if the config is the same. */
export function describeContinuation({
  before,
  after,
  changes,
  prepared: { puzzles, model, totalSteps },
  step,
  isAsBefore,
}: {
  before: RunConfig;
  after: RunConfig;
  changes: readonly ConfigChange[];
  prepared: PreparedRun;
  step: number;
  /** Whether all else is as before: optimizer, puzzles, machine. Other differences have been printed already. */
  isAsBefore: boolean;
}): string | undefined {
  if (changes.length === 0) return undefined;
  const rates = describeRateChange(
    { training: before.training, totalSteps: totalStepsOf(before, puzzles.train.metadata) },
    { training: after.training, totalSteps },
    step,
  );
  const isInexact = ({ effect }: ConfigChange) =>
    effect === 'learning' ||
    effect === 'fixed' ||
    (effect === 'length' && (rates !== undefined || isProgressive(model.schedule)));
  const inexact = changes.filter(isInexact).map(({ key }) => key);
  const continues = isAsBefore ? 'It continues' : 'Apart from the differences above, it continues';
  const exactness =
    inexact.length > 0
      ? `It continues, but differs from a run begun with these values: ${inexact.join(', ')} changed on the way.`
      : changes.some(({ effect }) => effect === 'rounding')
        ? `${continues} like a run begun with these values, within rounding.`
        : `${continues} exactly like a run begun with these values.`;
  return [`Changed: ${describeChanges(changes, ['was', 'now'])}. ${exactness}`, ...(rates ? [rates] : [])].join('\n');
}
