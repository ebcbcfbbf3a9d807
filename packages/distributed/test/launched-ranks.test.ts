import { launchedRanks } from '@hrm/distributed/mpi';
import { expect, test } from 'vitest';

test.each([
  [
    { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2' },
    { rank: 0, size: 2, launcher: 'Open MPI' },
  ],
  [
    { PMI_RANK: '3', PMI_SIZE: '4' },
    { rank: 3, size: 4, launcher: 'MPICH' },
  ],
  [
    { SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '8', SLURM_NTASKS: '8' },
    { rank: 1, size: 8, launcher: 'Slurm' },
  ],
])('a launcher is known by its variables: %j', (environment, ranks) => {
  expect(launchedRanks(environment)).toEqual(ranks);
});

test.each([
  {},
  { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '1' },
  // A script of a job of Slurm, not started by srun.
  { SLURM_PROCID: '0', SLURM_NTASKS: '8' },
  { PMI_RANK: '', PMI_SIZE: '' },
])('a process that was started alone has no ranks: %j', (environment) => {
  expect(launchedRanks(environment)).toBeUndefined();
});
