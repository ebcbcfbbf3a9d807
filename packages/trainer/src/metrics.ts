import * as tf from '@tensorflow/tfjs-core';
import type { ByMetric, MetricCounts, MetricSum } from '@hrm/act';
import { addUp } from './step/add-up';

/** A metric as plain numbers: a sum and its divisor. */
export interface MetricTotal {
  total: number;
  count: number;
}

/** Metrics by name. */
export type MetricTotals = ByMetric<MetricTotal>;

/**
 * Divides each total by its count. Metrics with a count of 0 are left out.
 *
 * Source: official HRM, `pretrain.py`, `train_batch`, last lines.
 *
 * @example
 * ```ts
 * import { meanMetrics } from '@hrm/trainer';
 *
 * const means = meanMetrics({ exactAccuracy: { total: 1, count: 2 }, tokenLoss: { total: 8, count: 4 } });
 * console.log(means); // { exactAccuracy: 0.5, tokenLoss: 2 }
 * ```
 */
export function meanMetrics(totals: MetricTotals): ByMetric<number> {
  const means: ByMetric<number> = {};
  for (const [name, { total, count }] of Object.entries(totals)) if (count > 0) means[name] = total / count;
  return means;
}

/** Reads scalars in one transfer. */
async function readAll(scalars: readonly tf.Tensor[]): Promise<number[]> {
  if (scalars.length === 0) return [];
  const stacked = tf.tidy(() => tf.stack([...scalars]));
  try {
    return [...(await stacked.data())];
  } finally {
    stacked.dispose();
  }
}

/** Reads named scalars in one transfer. */
export async function readScalars(scalars: { [name: string]: tf.Tensor }): Promise<{ [name: string]: number }> {
  const values = await readAll(Object.values(scalars));
  return Object.fromEntries(Object.keys(scalars).map((name, i) => [name, values[i]!]));
}

/** Sums of metrics and their divisors, as a step returns them. */
export type SummedMetrics = { metrics: ByMetric<MetricSum>; counts: MetricCounts };

/** Adds up the sums of several steps or parts. */
export function addMetrics(parts: readonly SummedMetrics[]): SummedMetrics {
  const [first] = parts as [SummedMetrics];
  return {
    metrics: Object.fromEntries(
      Object.entries(first.metrics).map(([name, { dividedBy }]) => [
        name,
        { total: addUp(parts.map(({ metrics }) => metrics[name]!.total)), dividedBy },
      ]),
    ),
    counts: {
      segments: addUp(parts.map(({ counts }) => counts.segments)),
      counted: addUp(parts.map(({ counts }) => counts.counted)),
    },
  };
}

/**
 * Reads metrics in one transfer.
 *
 * @param batch what the sums of metrics divided by the batch are divided by. Default: as many as are counted.
 * @returns how many puzzles are counted, and each metric.
 */
export async function readMetrics(
  { metrics, counts }: SummedMetrics,
  batch?: number,
): Promise<{ counted: number; totals: MetricTotals }> {
  const sums = Object.values(metrics).map(({ total }) => total);
  const [segments, counted, ...values] = (await readAll([counts.segments, counts.counted, ...sums])) as [
    number,
    number,
    ...number[],
  ];
  const divisors = { batch: batch ?? counted, segments, counted };
  const totals = Object.entries(metrics).map(([name, { dividedBy }], i): [string, MetricTotal] => [
    name,
    { total: values[i]!, count: divisors[dividedBy] },
  ]);
  return { counted, totals: Object.fromEntries(totals) };
}

/** Adds the totals of another batch. */
export function addTotals(sofar: MetricTotals, further: MetricTotals): void {
  for (const [name, { total, count }] of Object.entries(further)) {
    const { total: totalBefore, count: countBefore } = sofar[name] ?? { total: 0, count: 0 };
    sofar[name] = { total: totalBefore + total, count: countBefore + count };
  }
}
