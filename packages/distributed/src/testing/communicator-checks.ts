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

/** The numbers of a rank. */
const valuesOf = (rank: number, length: number) => Float32Array.from({ length }, (_, i) => valueOf(rank, i));

async function allReduceSums(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  for (const length of [0, 1, 3, 1000, 100_003]) {
    const values = valuesOf(rank, length);
    const before = values.slice();
    const found = await communicator.allReduce(values);
    expect(found.length === length, communicator, `allReduce of ${length} numbers gave ${found.length}`);
    expect(isEqual(bytesOf(values), bytesOf(before)), communicator, 'allReduce changed the numbers it was given');
    const sums = valuesOf(0, length);
    for (let other = 1; other < size; other++) valuesOf(other, length).forEach((value, i) => (sums[i]! += value));
    const wrong = found.findIndex((sum, i) => sum !== sums[i]);
    const problem = `allReduce of ${length}: sum ${wrong} is ${found[wrong]}, and in the order of the ranks ${sums[wrong]}`;
    expect(wrong === -1, communicator, problem);
  }
}

async function allReduceRounds(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  const length = 5003;
  const found = await communicator.allReduce(valuesOf(rank, length), 'bfloat16');
  const ofRanks = Array.from({ length: size }, (_, other) => valuesOf(other, length));
  const wrong = found.findIndex((sum, i) => {
    const [exact, absolute] = [(value: number) => value, Math.abs].map((of) =>
      ofRanks.reduce((total, values) => total + of(values[i]!), 0),
    );
    return !(Math.abs(sum - exact!) <= 2 ** -7 * absolute!);
  });
  expect(wrong === -1, communicator, `allReduce in bfloat16: sum ${wrong} is ${found[wrong]}, off by more than 2^-7`);
  // A tie goes to the even neighbour: 1 + 2^-8 to 1, and 1 + 3 * 2^-8 to 1 + 2^-6.
  const ties = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -Infinity, NaN);
  const alone = await communicator.allReduce(rank === 0 ? ties : new Float32Array(4), 'bfloat16');
  const expected = [1, 1 + 2 ** -6, -Infinity, NaN];
  expect(
    alone.every((sum, i) => Object.is(sum, expected[i])),
    communicator,
    `allReduce in bfloat16 rounded ${[...ties].join(', ')} to ${[...alone].join(', ')}, not ${expected.join(', ')}`,
  );
}

async function allReduceIsTheSameEverywhere(communicator: Communicator): Promise<void> {
  const { rank } = communicator;
  const values = valuesOf(rank, 5000);
  const calls = (['float32', 'float32', 'bfloat16', 'bfloat16'] as const).map((wire) =>
    communicator.allReduce(values, wire),
  );
  const [first, again, rounded, roundedAgain] = (await Promise.all(calls)).map(bytesOf);
  const ofRanks = await communicator.allGather(Uint8Array.from([...first!, ...rounded!]));
  const isAgain = isEqual(first!, again!) && isEqual(rounded!, roundedAgain!);
  expect(isAgain, communicator, 'allReduce of the same numbers gave other bits');
  expect(isEqual(ofRanks[rank]!, ofRanks[0]!), communicator, 'allReduce gave other bits than in rank 0');
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
  { name: 'allReduce sums in the order of the ranks, and leaves its argument as it was', run: allReduceSums },
  { name: 'allReduce in bfloat16 is off by its two roundings at most', run: allReduceRounds },
  { name: 'allReduce gives every rank the same bits, and again the same', run: allReduceIsTheSameEverywhere },
  { name: 'allGather collects arrays of different lengths, in order', run: allGatherCollects },
  { name: 'broadcast sends the bytes of each rank', run: broadcastSends },
  { name: 'calls may be made before earlier ones have ended', run: callsMayOverlap },
  { name: 'barrier waits for the last rank', run: barrierWaits },
];
