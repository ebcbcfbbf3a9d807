/** Metrics that our segments, controllers and schedules report. */
export const KNOWN_METRICS = [
  'accuracy',
  'exactAccuracy',
  'steps',
  'tokenLoss',
  'haltLoss',
  'haltAccuracy',
  'continueLoss',
  'ponderCost',
  'weightedTokenLoss',
  'divergenceLoss',
  'residual',
  'unchangedSegments',
  'solverSteps',
  'solverResidual',
  'solverConverged',
] as const;

export type KnownMetric = (typeof KNOWN_METRICS)[number];

/** The name of a metric: a known name, which editors complete, or a name of your own. */
export type MetricName = KnownMetric | (string & {});

/**
 * Values by metric name.
 *
 * @example
 * ```ts
 * import type { ByMetric } from '@hrm/act';
 *
 * const means: ByMetric<number> = { tokenLoss: 2, doubt: 0.5 };
 * console.log(means.tokenLoss, means['doubt']); // 2 0.5
 * ```
 */
export type ByMetric<Value> = { [Name in KnownMetric]?: Value } & { [name: string]: Value };
