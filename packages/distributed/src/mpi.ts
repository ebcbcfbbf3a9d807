/**
 * MPI for Node.
 *
 * @packageDocumentation
 */
export { connectMpi, type MpiOptions } from './mpi/connect-mpi';
export { launchedRanks, type LaunchedRanks } from './mpi/launched-ranks';
export { MpiError } from './mpi/mpi-error';
