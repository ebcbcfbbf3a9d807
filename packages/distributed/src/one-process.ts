import type { Communicator } from './communicator';
import { ranksInProcess } from './ranks-in-process';

/**
 * The communicator of a process that trains alone: the only rank.
 *
 * @example
 * ```ts
 * import { oneProcess } from '@hrm/distributed';
 *
 * const communicator = oneProcess();
 * console.log(communicator.size, await communicator.allReduce(Float32Array.of(1, 2))); // 1 [1, 2]
 * ```
 */
export const oneProcess = (): Communicator => ranksInProcess(1)[0]!;
