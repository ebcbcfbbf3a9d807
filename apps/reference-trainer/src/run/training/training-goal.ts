import type { Evaluation } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';

/** Whether an evaluation reaches all that the config stops at; never where it names no goal. */
export function reachesGoal(
  { stopAtExactAccuracy, stopAtHaltedAccuracy }: RunConfig['training'],
  { exactAccuracy, halted }: Pick<Evaluation, 'exactAccuracy'> & { halted: { exactAccuracy: number } },
): boolean {
  if (stopAtExactAccuracy === undefined && stopAtHaltedAccuracy === undefined) return false;
  return exactAccuracy >= (stopAtExactAccuracy ?? 0) && halted.exactAccuracy >= (stopAtHaltedAccuracy ?? 0);
}

/** The goal in words: `99%`, or `99%, and 98% where puzzles halt,`. */
export function describeGoal({ stopAtExactAccuracy, stopAtHaltedAccuracy }: RunConfig['training']): string {
  const percent = (share: number) => `${+(100 * share).toFixed(2)}%`;
  const halted = stopAtHaltedAccuracy === undefined ? undefined : `${percent(stopAtHaltedAccuracy)} where puzzles halt`;
  if (stopAtExactAccuracy === undefined) return halted ?? '';
  return percent(stopAtExactAccuracy) + (halted ? `, and ${halted},` : '');
}
