import { meanMetrics } from '@hrm/trainer';
import { expect, it } from 'vitest';

it('meanMetrics divides each total by its own count, whatever the name', () => {
  const totals = {
    exactAccuracy: { total: 2, count: 4 },
    haltLoss: { total: 8, count: 8 },
    floss: { total: 9, count: 3 },
  };
  expect(meanMetrics(totals)).toEqual({ exactAccuracy: 0.5, haltLoss: 1, floss: 3 });
});

it('meanMetrics leaves out a metric with a count of 0', () => {
  expect(meanMetrics({ accuracy: { total: 0, count: 0 }, tokenLoss: { total: 6, count: 3 } })).toEqual({
    tokenLoss: 2,
  });
  expect(meanMetrics({})).toEqual({});
});
