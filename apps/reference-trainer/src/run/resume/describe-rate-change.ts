import { warmupCosine } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';

type Rates = Pick<RunConfig['training'], 'learningRate' | 'warmupSteps' | 'minRatio'>;

/** Learning-rate settings of a run, and its last step. */
export interface RateSettings {
  training: Rates;
  totalSteps: number;
}

const rateOf = ({ training: { learningRate, warmupSteps, minRatio }, totalSteps }: RateSettings) =>
  warmupCosine({ learningRate, warmupSteps, minRatio, totalSteps });

const format = (rate: number) => String(Number(rate.toPrecision(3)));

/**
 * Describes how the learning rate changes when a run is resumed with another config. Undefined if it stays the same up
 * to the planned end of the run.
 *
 * @param step the last step done
 */
export function describeRateChange(before: RateSettings, after: RateSettings, step: number): string | undefined {
  const [old, now] = [rateOf(before), rateOf(after)];
  const last = Math.max(step + 1, Math.min(before.totalSteps, after.totalSteps));
  const isSame = [0, 0.25, 0.5, 0.75, 1].every((share) => {
    const at = Math.round(step + 1 + share * (last - step - 1));
    return old(at) === now(at);
  });
  // A constant rate is the same beyond the end too.
  if (isSame && old(before.totalSteps) === now(after.totalSteps)) return undefined;
  const { totalSteps } = after;
  const ended =
    step >= before.totalSteps
      ? ` ended at ${format(old(before.totalSteps))}`
      : ` would have been ${format(old(step + 1))}`;
  return (
    `The learning rate of step ${step + 1} becomes ${format(now(step + 1))} (it${ended}), ` +
    `and that of the last step, ${totalSteps}, ${format(now(totalSteps))}.`
  );
}
