import type { Communicator } from '../communicator';

/** A check of a communicator. Every rank runs it. */
export interface CommunicatorCheck {
  /** What is checked, such as `allReduce sums in every rank`. */
  name: string;
  /** @throws Error if the communicator does not keep the contract. */
  run(communicator: Communicator): Promise<void>;
}

/** A number that differs for each rank and index, and whose sums in float32 depend on the order. */
const valueOf = (rank: number, index: number) =>
  Math.fround(Math.sin(1 + rank + 7 * index) * 10 ** ((rank + index) % 4));

function expect(is: boolean, { rank, size }: Communicator, problem: string): void {
  if (!is) throw new Error(`rank ${rank} of ${size}: ${problem}`);
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const isEqual = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);

const bytesWith = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (seed + 31 * i) % 251);

async function allReduceSums(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  for (const length of [0, 1, 3, 1000, 100_003]) {
    const values = Float32Array.from({ length }, (_, i) => valueOf(rank, i));
    const before = values.slice();
    const sums = await communicator.allReduce(values);
    expect(sums.length === length, communicator, `allReduce of ${length} numbers gave ${sums.length}`);
    expect(isEqual(bytesOf(values), bytesOf(before)), communicator, 'allReduce changed the numbers it was given');
    for (let i = 0; i < length; i += Math.max(1, Math.floor(length / 97))) {
      let sum = 0;
      for (let other = 0; other < size; other++) sum += valueOf(other, i);
      expect(
        Math.abs(sums[i]! - sum) < 1e-2,
        communicator,
        `allReduce of ${length}: sum ${i} is ${sums[i]}, not ${sum}`,
      );
    }
  }
}

async function allReduceIsTheSameEverywhere(communicator: Communicator): Promise<void> {
  const values = Float32Array.from({ length: 5000 }, (_, i) => valueOf(communicator.rank, i));
  const [first, again] = [await communicator.allReduce(values), await communicator.allReduce(values)];
  expect(isEqual(bytesOf(first), bytesOf(again)), communicator, 'allReduce of the same numbers gave other bits');
  const [ofFirst] = await communicator.allGather(bytesOf(first));
  expect(isEqual(bytesOf(first), ofFirst!), communicator, 'allReduce gave other bits than in rank 0');
}

async function allGatherCollects(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  for (const lengthOf of [(of: number) => 5 * of, (of: number) => 3 * (size - of), () => 0]) {
    const gathered = await communicator.allGather(bytesWith(lengthOf(rank), rank));
    expect(gathered.length === size, communicator, `allGather gave ${gathered.length} arrays for ${size} ranks`);
    gathered.forEach((bytes, of) => {
      expect(isEqual(bytes, bytesWith(lengthOf(of), of)), communicator, `allGather: other bytes than rank ${of} gave`);
    });
  }
}

async function broadcastSends(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  for (let from = 0; from < size; from++) {
    const bytes = await communicator.broadcast(rank === from ? bytesWith(1000 + from, from) : new Uint8Array(3), from);
    expect(isEqual(bytes, bytesWith(1000 + from, from)), communicator, `broadcast: other bytes than rank ${from} gave`);
  }
}

async function callsMayOverlap(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  const reductions = Array.from({ length: 4 }, (_, k) => communicator.allReduce(new Float32Array(10).fill(k)));
  const [sums, gathered] = await Promise.all([
    Promise.all(reductions),
    communicator.allGather(Uint8Array.of(rank)),
    communicator.barrier(),
  ]);
  sums.forEach((sum, k) => expect(sum[9] === k * size, communicator, `call ${k} of several got the sum of another`));
  expect(gathered.at(-1)![0] === size - 1, communicator, 'allGather among other calls gave other bytes');
}

async function barrierWaits(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  await communicator.barrier();
  if (rank === size - 1) await new Promise((resolve) => setTimeout(resolve, 60));
  const started = Date.now();
  await communicator.barrier();
  if (rank < size - 1) expect(Date.now() - started >= 40, communicator, 'barrier did not wait for the last rank');
}

/**
 * What a {@link Communicator} must do, as checks for a communicator of your own. Every rank runs all of them, in their
 * order. They need no test library, so that ranks which are processes of their own can run them.
 *
 * @example
 * ```ts
 * import { ranksInProcess } from '@hrm/distributed';
 * import { communicatorChecks } from '@hrm/distributed/testing';
 *
 * const ranks = ranksInProcess(3);
 * for (const { name, run } of communicatorChecks) {
 *   await Promise.all(ranks.map(run));
 *   console.log(name);
 * }
 * ```
 */
export const communicatorChecks: readonly CommunicatorCheck[] = [
  { name: 'allReduce sums in every rank, and leaves its argument as it was', run: allReduceSums },
  { name: 'allReduce gives every rank the same bits, and again the same', run: allReduceIsTheSameEverywhere },
  { name: 'allGather collects arrays of different lengths, in order', run: allGatherCollects },
  { name: 'broadcast sends the bytes of each rank', run: broadcastSends },
  { name: 'calls may be made before earlier ones have ended', run: callsMayOverlap },
  { name: 'barrier waits for the last rank', run: barrierWaits },
];
