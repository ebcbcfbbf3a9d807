import { shippedWeights, type WeightsName } from './shipped-weights';
import type { WeightsCard } from './weights-card';

/**
 * What is known of each shipped model, by name: its puzzles, size and measured figures.
 *
 * @example
 * ```ts
 * import { weightsCards } from '@hrm/weights';
 *
 * for (const [name, { solves, parameters }] of Object.entries(weightsCards)) console.log(name, solves, parameters);
 * ```
 */
export const weightsCards = Object.fromEntries(
  Object.entries(shippedWeights).map(([name, { card }]) => [name, card]),
) as Readonly<Record<WeightsName, WeightsCard>>;
