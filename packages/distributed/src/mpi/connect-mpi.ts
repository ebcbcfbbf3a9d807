import { hostname } from 'node:os';
import type { Communicator } from '../communicator';
import { launchedRanks } from './launched-ranks';
import { MpiCommunicator } from './mpi-communicator';
import { MpiError } from './mpi-error';
import { loadMpiLibrary } from './mpi-library';

/** Options of {@link connectMpi}. */
export interface MpiOptions {
  /** Seconds that a rank waits for another one before it reports it as hung. Default 600. */
  timeoutSeconds?: number;
}

/**
 * Connects the processes that `mpirun`, `mpiexec` or `srun` has started. The library of the system is loaded: Open MPI
 * 4 or 5, or MPICH and what shares its binary interface. Without a launcher there is one rank.
 *
 * A process that has called it must end by `close()` or `abort()`. It can be called once in a process.
 *
 * @throws MpiError if koffi or the library is missing, or the launcher belongs to another library.
 *
 * @example
 * ```ts
 * import { oneProcess } from '@hrm/distributed';
 * import { connectMpi, launchedRanks } from '@hrm/distributed/mpi';
 *
 * const communicator = launchedRanks() ? await connectMpi() : oneProcess();
 * const sums = await communicator.allReduce(Float32Array.of(1));
 * console.log(communicator.rank, sums[0] === communicator.size);
 * await communicator.close();
 * ```
 */
export async function connectMpi(options: MpiOptions = {}): Promise<Communicator> {
  const { timeoutSeconds = 600 } = options;
  if (!(timeoutSeconds > 0)) {
    throw new RangeError(`connectMpi: timeoutSeconds is ${timeoutSeconds}, expected more than 0, such as 600`);
  }
  const launched = launchedRanks();
  const mpi = await loadMpiLibrary(launched?.launcher ?? 'Open MPI');
  const [rank, size] = [new Int32Array(1), new Int32Array(1)];
  mpi.call.MPI_Init(null, null);
  mpi.call.MPI_Comm_rank(mpi.world, rank);
  mpi.call.MPI_Comm_size(mpi.world, size);
  if (launched && launched.size !== size[0]) {
    mpi.call.MPI_Finalize();
    throw new MpiError(
      `${launched.launcher} has started ${launched.size} ranks, but ${mpi.version} sees ${size[0]}: they do not belong ` +
        'together. Start with the mpirun of that library, name the library of the launcher in HRM_MPI_LIBRARY, or under ' +
        'Slurm give srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH)',
    );
  }
  const communicator = new MpiCommunicator(mpi, { rank: rank[0]!, size: size[0]!, timeoutSeconds });
  const names = await communicator.allGather(new TextEncoder().encode(hostname()));
  communicator.hosts = names.map((name) => new TextDecoder().decode(name));
  return communicator;
}
