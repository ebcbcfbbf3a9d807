import { meanMetrics } from '@hrm/trainer';
import { expect, it } from 'vitest';

it('meanMetrics divides losses by the batch, and the rest by the slots that count', () => {
  const sums = { count: 4, accuracy: 3, exactAccuracy: 2, steps: 10, haltAccuracy: 4, tokenLoss: 16, haltLoss: 8 };
  expect(meanMetrics(sums, 8)).toEqual({
    count: 4,
    accuracy: 0.75,
    exactAccuracy: 0.5,
    steps: 2.5,
    haltAccuracy: 1,
    tokenLoss: 2,
    haltLoss: 1,
  });
});

it('meanMetrics leaves out what nobody counts for, rather than divide by zero', () => {
  expect(meanMetrics({ count: 0, accuracy: 0, steps: 0, tokenLoss: 6 }, 3)).toEqual({ count: 0, tokenLoss: 2 });
  expect(meanMetrics({}, 3)).toEqual({ count: 0 });
});
