/** What a launcher says about the ranks that it started. */
export interface LaunchedRanks {
  rank: number;
  size: number;
  launcher: 'Open MPI' | 'MPICH' | 'Slurm';
}

/** The variables in which launchers give rank and size. `PMI_` is set by MPICH and by what descends from it. */
const VARIABLES = [
  { launcher: 'Open MPI', rank: 'OMPI_COMM_WORLD_RANK', size: 'OMPI_COMM_WORLD_SIZE' },
  { launcher: 'MPICH', rank: 'PMI_RANK', size: 'PMI_SIZE' },
  // Of a step, as `srun` makes one. A job has SLURM_NTASKS also where a script runs as one process.
  { launcher: 'Slurm', rank: 'SLURM_PROCID', size: 'SLURM_STEP_NUM_TASKS' },
] as const;

/**
 * Reads from the environment whether this process was started as one of several ranks, by `mpirun`, `mpiexec` or
 * `srun`. It loads no library.
 *
 * @param environment default `process.env`.
 * @returns undefined for a process that was started alone.
 *
 * @example
 * ```ts
 * import { launchedRanks } from '@hrm/distributed/mpi';
 *
 * console.log(launchedRanks({ OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4' }));
 * // { rank: 1, size: 4, launcher: 'Open MPI' }
 * ```
 */
export function launchedRanks(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LaunchedRanks | undefined {
  for (const { launcher, ...names } of VARIABLES) {
    const [rank, size] = [Number(environment[names.rank]), Number(environment[names.size])];
    if (Number.isInteger(rank) && Number.isInteger(size) && size > 1) return { rank, size, launcher };
  }
  return undefined;
}
