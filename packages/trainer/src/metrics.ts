/** Sums over slots, as a segment's supervision gives them. */
export type MetricSums = { [name: string]: number };

/**
 * Sums as means: losses over all slots of the batch, everything else over the slots that are counted (those that have
 * just halted and have a label). With none counted, the latter are left out.
 *
 * Source: official HRM, `pretrain.py`, `train_batch`, last lines.
 *
 * @example
 * ```ts
 * import { meanMetrics } from '@hrm/trainer';
 *
 * console.log(meanMetrics({ count: 2, exactAccuracy: 1, tokenLoss: 8 }, 4)); // { count: 2, exactAccuracy: 0.5, tokenLoss: 2 }
 * ```
 */
export function meanMetrics(sums: MetricSums, batchSize: number): MetricSums {
  const count = sums['count'] ?? 0;
  const means: MetricSums = { count };
  for (const [name, sum] of Object.entries(sums)) {
    if (name === 'count') continue;
    if (name.endsWith('Loss')) means[name] = sum / batchSize;
    else if (count > 0) means[name] = sum / count;
  }
  return means;
}
