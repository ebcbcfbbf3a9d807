import type { Evaluation } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import { percent } from '../../terminal/percent';

/** Whether an evaluation reaches the goal of the config; false if the config has none. */
export function reachesGoal(
  { stopAtExactAccuracy, stopAtHaltedAccuracy }: RunConfig['training'],
  { exactAccuracy, halted }: Pick<Evaluation, 'exactAccuracy'> & { halted: { exactAccuracy: number } },
): boolean {
  if (stopAtExactAccuracy === undefined && stopAtHaltedAccuracy === undefined) return false;
  return exactAccuracy >= (stopAtExactAccuracy ?? 0) && halted.exactAccuracy >= (stopAtHaltedAccuracy ?? 0);
}

/** The goal in words: `99%`, or `99%, and 98% where puzzles halt,`. */
export function describeGoal({ stopAtExactAccuracy, stopAtHaltedAccuracy }: RunConfig['training']): string {
  // Without trailing zeros: 99% and 99.5%.
  const share = (value: number) => percent(value, 2).replace(/\.?0+%/, '%');
  const halted = stopAtHaltedAccuracy === undefined ? undefined : `${share(stopAtHaltedAccuracy)} where puzzles halt`;
  if (stopAtExactAccuracy === undefined) return halted ?? '';
  return share(stopAtExactAccuracy) + (halted ? `, and ${halted},` : '');
}
