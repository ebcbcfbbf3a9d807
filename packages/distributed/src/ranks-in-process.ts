import type { Communicator } from './communicator';
import { fromWire, sumInOrder, toWire, type WireNumbers } from './wire';

/** One call that all ranks make. */
interface Meeting {
  /** What each rank gave; undefined for ranks that have not come yet. */
  given: (Gift | undefined)[];
  finish: (given: readonly Gift[]) => void;
  fail: (error: Error) => void;
  /** The gifts of all ranks, in order. */
  done: Promise<readonly Gift[]>;
}

/** What a rank brings to a call. */
interface Gift {
  call: string;
  values: WireNumbers | Uint8Array;
}

function meeting(size: number): Meeting {
  let finish!: Meeting['finish'];
  let fail!: Meeting['fail'];
  const done = new Promise<readonly Gift[]>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  // Each rank reports the error itself.
  done.catch(() => undefined);
  return { given: new Array<Gift | undefined>(size).fill(undefined), finish, fail, done };
}

/** The meetings of all ranks. The calls of each rank are numbered; those of equal number meet. */
class Meetings {
  readonly #open = new Map<number, Meeting>();
  #ended: Error | undefined;

  constructor(readonly size: number) {}

  async meet(rank: number, index: number, gift: Gift): Promise<readonly Gift[]> {
    if (this.#ended) throw this.#ended;
    const found = this.#open.get(index) ?? meeting(this.size);
    this.#open.set(index, found);
    const other = found.given.find((one) => one && one.call !== gift.call);
    if (other) this.end(new Error(`rank ${rank} called ${gift.call}, and another rank ${other.call}`));
    found.given[rank] = gift;
    if (found.given.every((one) => one !== undefined)) {
      this.#open.delete(index);
      found.finish(found.given as Gift[]);
    }
    return found.done;
  }

  end(error: Error): void {
    this.#ended ??= error;
    for (const { fail } of this.#open.values()) fail(this.#ended);
    this.#open.clear();
  }
}

/** @throws RangeError for arrays of different lengths. */
function expectEqualLengths([first, ...others]: readonly WireNumbers[]): void {
  const other = others.find(({ length }) => length !== first!.length);
  if (!other) return;
  throw new RangeError(`allReduce: a rank gave ${other.length} numbers, another ${first!.length}; give equally many`);
}

/**
 * Several ranks in one process, for tests and to try a program: each takes one of these communicators.
 *
 * @param size the number of ranks.
 *
 * @example
 * ```ts
 * import { ranksInProcess } from '@hrm/distributed';
 *
 * const sums = await Promise.all(
 *   ranksInProcess(2).map((communicator) => communicator.allReduce(Float32Array.of(communicator.rank, 1))),
 * );
 * console.log(sums); // twice [1, 2]
 * ```
 */
export function ranksInProcess(size: number): Communicator[] {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`ranksInProcess: the number of ranks is ${size}, expected a whole number of at least 1`);
  }
  const meetings = new Meetings(size);
  const hosts = new Array<string>(size).fill('this process');
  return hosts.map((_, rank) => {
    let calls = 0;
    const meet = async <T extends WireNumbers | Uint8Array>(call: string, values: T) => {
      // Copied, because the caller may change them as soon as its own call has ended.
      const given = await meetings.meet(rank, calls++, { call, values: values.slice() });
      return given.map((gift) => gift.values as T);
    };
    const nothing = new Uint8Array();
    return {
      rank,
      size,
      hosts,
      allReduce: async (values, wire = 'float32') => {
        const given = await meet(`allReduce in ${wire}`, toWire(values, wire));
        expectEqualLengths(given);
        return fromWire(toWire(sumInOrder(given), wire));
      },
      allGather: async (bytes) => (await meet('allGather', bytes)).map((one) => one.slice()),
      broadcast: async (bytes, from = 0) =>
        (await meet(`broadcast from rank ${from}`, rank === from ? bytes : nothing))[from]!.slice(),
      barrier: async () => void (await meet('barrier', nothing)),
      abort: () => meetings.end(new Error(`rank ${rank} ended all ranks`)),
      close: async () => void (await meet('close', nothing)),
    };
  });
}
