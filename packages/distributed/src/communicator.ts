import type { Wire } from './wire';

/**
 * One of several processes that train together, its rank, and the ways in which all ranks exchange numbers.
 *
 * All methods but `abort` are collective: every rank calls the same ones in the same order, and each call ends when all
 * ranks have made it. A call may be made before the one before it has ended.
 */
export interface Communicator {
  /** From 0 to `size - 1`. */
  readonly rank: number;
  readonly size: number;
  /** The host of each rank, for messages. */
  readonly hosts: readonly string[];
  /**
   * Sums arrays of equal length, element by element, in float32 and in the order of the ranks. So every rank gets the
   * same sums, bit for bit, and again the same in another run of as many ranks.
   *
   * @param wire how the numbers travel; the same on all ranks. Default `float32`.
   */
  allReduce(values: Float32Array, wire?: Wire): Promise<Float32Array>;
  /** Collects the bytes of each rank, in the order of the ranks. Their number may differ from rank to rank. */
  allGather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Sends the bytes of one rank to all. @param from default rank 0; what other ranks give is ignored. */
  broadcast(bytes: Uint8Array, from?: number): Promise<Uint8Array>;
  /** Waits until every rank has called it. */
  barrier(): Promise<void>;
  /** Ends all ranks at once, also those that wait. Under MPI the process ends too, with this exit status. */
  abort(status: number): void;
  /** Waits for all ranks, and takes leave of them. The communicator cannot be used afterwards. */
  close(): Promise<void>;
}
