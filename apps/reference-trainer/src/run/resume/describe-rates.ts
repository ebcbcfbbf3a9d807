import { warmupCosine } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';

type Rates = Pick<RunConfig['training'], 'learningRate' | 'warmupSteps' | 'minRatio'>;

/** A run's learning rate, and the step at which it ends. */
export interface RateCourse {
  training: Rates;
  totalSteps: number;
}

const rateOf = ({ training: { learningRate, warmupSteps, minRatio }, totalSteps }: RateCourse) =>
  warmupCosine({ learningRate, warmupSteps, minRatio, totalSteps });

const shown = (rate: number) => String(Number(rate.toPrecision(3)));

/**
 * Says what the learning rate of a run that goes on otherwise becomes. Undefined where it stays what it was to be, up to
 * where the run was to end.
 *
 * @param step the last step made
 */
export function describeRates(before: RateCourse, after: RateCourse, step: number): string | undefined {
  const [old, now] = [rateOf(before), rateOf(after)];
  const last = Math.max(step + 1, Math.min(before.totalSteps, after.totalSteps));
  const isSame = [0, 0.25, 0.5, 0.75, 1].every((share) => {
    const at = Math.round(step + 1 + share * (last - step - 1));
    return old(at) === now(at);
  });
  // A rate that does not decay is the same beyond the end as well.
  if (isSame && old(before.totalSteps) === now(after.totalSteps)) return undefined;
  const { totalSteps } = after;
  const ended =
    step >= before.totalSteps ? ` ended at ${shown(old(before.totalSteps))}` : ` was to be ${shown(old(step + 1))}`;
  return (
    `The learning rate of step ${step + 1} becomes ${shown(now(step + 1))} (it${ended}), ` +
    `and that of the last step, ${totalSteps}, ${shown(now(totalSteps))}.`
  );
}
