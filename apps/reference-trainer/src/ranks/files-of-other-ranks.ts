import type { CheckpointStore, MetricsLog } from '@hrm/trainer/checkpoint';

/** The checkpoints of a rank that writes none. */
export const noStore: Pick<CheckpointStore, 'save' | 'recordMetric' | 'steps'> = {
  save: () => Promise.resolve(''),
  recordMetric: () => Promise.resolve(),
  steps: () => Promise.resolve([]),
};

/** The log of a rank that writes none. */
export const noLog: Pick<MetricsLog, 'append' | 'flush' | 'length' | 'close'> = {
  length: 0,
  append: () => Promise.resolve(),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
