import { join } from 'node:path';
import { communicatorChecks } from '@hrm/distributed/testing';
import { expect, test } from 'vitest';
import { root } from './documented-programs';
import { mpirun } from './mpi';

const program = join(root, 'tests/mpi-ranks.mjs');

test('ranks of mpirun exchange numbers as the contract says', async (context) => {
  const { status, stdout, stderr } = await mpirun(context, 3, [program]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  for (const { name } of communicatorChecks) {
    for (const rank of [0, 1, 2]) expect(stdout).toContain(`rank ${rank} of 3: ${name}`);
  }
});
