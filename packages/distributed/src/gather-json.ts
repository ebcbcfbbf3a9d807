import type { Communicator } from './communicator';

/**
 * Collects a value of each rank, in the order of the ranks: anything that JSON can hold. For figures and short messages.
 *
 * @example
 * ```ts
 * import { gatherJson, oneProcess } from '@hrm/distributed';
 *
 * console.log(await gatherJson(oneProcess(), { solved: 3 })); // [{ solved: 3 }]
 * ```
 */
export async function gatherJson<T>(communicator: Communicator, value: T): Promise<T[]> {
  const gathered = await communicator.allGather(new TextEncoder().encode(JSON.stringify(value)));
  return gathered.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
}
