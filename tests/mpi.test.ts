import { join } from 'node:path';
import { communicatorChecks } from '@hrm/distributed/testing';
import { expect, test } from 'vitest';
import { root } from './documented-programs';
import { mpirun } from './mpi';

const program = join(root, 'tests/mpi-ranks.mjs');

test('ranks of mpirun exchange numbers as the contract says', async (context) => {
  const { status, stdout, stderr } = await mpirun(context, 3, [program, 'check']);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  for (const { name } of communicatorChecks) {
    for (const rank of [0, 1, 2]) expect(stdout).toContain(`rank ${rank} of 3: ${name}`);
  }
});

test('a rank that hangs is named, and all end', async (context) => {
  const { status, stderr, seconds } = await mpirun(context, 3, [program, 'hang']);
  expect(stderr).toMatch(/^rank 0: waited 1 s for rank 1 on \S+, which hangs, or is much slower/);
  expect(status).toBe(3);
  expect(seconds).toBeLessThan(10);
});

test('a rank that is killed ends all', async (context) => {
  const { status, stderr, seconds } = await mpirun(context, 3, [program, 'leave']);
  expect(stderr).toMatch(/rank 1 with PID \d+ on node \S+ exited on signal 9/);
  expect(status).not.toBe(0);
  expect(seconds).toBeLessThan(10);
});
