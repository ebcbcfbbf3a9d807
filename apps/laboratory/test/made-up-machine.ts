import type { Machine } from '../src/bench/report/machine';

/** The machine of results that tests make up. */
export const machine: Machine = {
  processor: 'Fast & Sons',
  cores: 2,
  memoryGib: 16,
  system: 'Linux 6',
  versions: { Node: '24.0.0' },
  allocator: {},
  load: 0.1,
  date: '2026-01-02T03:04:05.000Z',
};
