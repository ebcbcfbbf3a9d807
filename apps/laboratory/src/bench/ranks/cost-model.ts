import { WIRES, type Wire } from '@hrm/distributed';

/** What ranks do together: they sum numbers, or collect those of each rank. */
export type CallKind = 'allReduce' | 'allGather';

/** One call of a rank to the others. */
export interface WireCall {
  kind: CallKind;
  /** Bytes that this rank gives. */
  bytes: number;
  /** Seconds from the start of the step to the call, on a rank that never waits for others. */
  at: number;
}

/** A training step of a rank that never waits: its own work, and the calls that it makes meanwhile. */
export interface StepProfile {
  seconds: number;
  calls: readonly WireCall[];
}

/** What connects the ranks. */
export interface Network {
  bitsPerSecond: number;
  /** Seconds that a message takes, besides its bytes. */
  latencySeconds: number;
  /** What a host needs for each byte of float32 numbers that it rounds, sends, receives and adds, while the wire waits. */
  hostSecondsPerByte: { readonly [wire in Wire]: number };
}

/** A predicted step. */
export interface PredictedStep {
  seconds: number;
  /** Seconds in which something is on its way. */
  wireSeconds: number;
  /** Seconds in which the rank waits. The rest of `wireSeconds` is hidden behind its own work. */
  waitedSeconds: number;
}

/** Bits on the wire for each byte of float32 numbers. */
const BITS: { readonly [wire in Wire]: number } = { float32: 8, bfloat16: 4 };

const secondsPerByte = ({ bitsPerSecond, hostSecondsPerByte }: Network, wire: Wire) =>
  BITS[wire] / bitsPerSecond + hostSecondsPerByte[wire];

/**
 * Seconds of a ring's all-reduce. Each rank has `1/N` of the sums: it takes `N - 1` messages of `1/N` of the bytes to add
 * them up, and as many to pass them on. That is also what our communicator of MPI sends, though not around a ring.
 *
 *     2 (N - 1) / N * bytes / bandwidth + 2 (N - 1) * latency
 *
 * Source: Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations".
 */
export function ringAllReduceSeconds(bytes: number, ranks: number, network: Network, wire: Wire = 'float32'): number {
  const messages = 2 * (ranks - 1);
  return (messages / ranks) * bytes * secondsPerByte(network, wire) + messages * network.latencySeconds;
}

/**
 * Seconds of a ring's all-gather: each rank passes on the bytes of all others, in `N - 1` messages. Before it, the ranks
 * tell each other the lengths, in as many.
 *
 *     (N - 1) * (bytes / bandwidth + 2 * latency)
 */
export function ringAllGatherSeconds(bytes: number, ranks: number, network: Network): number {
  return (ranks - 1) * (bytes * secondsPerByte(network, 'float32') + 2 * network.latencySeconds);
}

/**
 * Predicts a training step of each of several equal ranks, with the same batch on each (weak scaling).
 *
 * The calls go over the wire one after another. Calls of one kind that follow each other may be under way while the rank
 * works on; before a call of the other kind, and at the end of the step, it waits for all of them. That is what the
 * trainer does: it gives one bucket of gradients to the wire and reads the next; then it collects the rows. The short
 * sum of losses and counts, which it awaits before the gradients, is taken for one of the buckets.
 *
 * Not modelled: differences between the ranks, other traffic, and the work of each rank on the rows that it collects,
 * which grows with the number of ranks.
 */
export function predictStep(
  { seconds, calls }: StepProfile,
  ranks: number,
  network: Network,
  wire: Wire = 'float32',
): PredictedStep {
  /** Seconds by which the rank is behind one that never waits. */
  let waited = 0;
  let wireSeconds = 0;
  /** When the wire is free. */
  let free = 0;
  const waitUntilFree = (at: number) => (waited += Math.max(0, free - (at + waited)));
  calls.forEach(({ kind, bytes, at }, i) => {
    if (i > 0 && calls[i - 1]!.kind !== kind) waitUntilFree(at);
    const own =
      kind === 'allReduce'
        ? ringAllReduceSeconds(bytes, ranks, network, wire)
        : ringAllGatherSeconds(bytes, ranks, network);
    free = Math.max(free, at + waited) + own;
    wireSeconds += own;
    // Collected rows are needed at once.
    if (kind === 'allGather') waitUntilFree(at);
  });
  waitUntilFree(seconds);
  return { seconds: seconds + waited, wireSeconds, waitedSeconds: waited };
}

/** Seconds of an all-reduce of float32 numbers that were measured. */
export interface MeasuredAllReduce {
  bytes: number;
  seconds: number;
}

/** What all-reduces take: a short one, and a long one in each format. */
export interface AllReduceTimes {
  short: MeasuredAllReduce;
  long: { [wire in Wire]: MeasuredAllReduce };
}

/**
 * The latency and the seconds per byte at which a ring takes what was measured. The whole is given as the cost of the
 * host: `bitsPerSecond` is infinite.
 *
 * @throws RangeError unless the long all-reduces are longer than the short one.
 */
export function networkOf({ short, long }: AllReduceTimes, ranks: number): Network {
  const messages = 2 * (ranks - 1);
  const perByte = (wire: Wire) => {
    const { bytes, seconds } = long[wire];
    if (bytes > short.bytes) return Math.max(0, (seconds - short.seconds) / (bytes - short.bytes));
    throw new RangeError(`networkOf: the long all-reduce has ${bytes} bytes, the short one ${short.bytes}`);
  };
  const hostSecondsPerByte = Object.fromEntries(WIRES.map((wire) => [wire, (perByte(wire) * ranks) / messages]));
  return {
    bitsPerSecond: Infinity,
    latencySeconds: Math.max(0, short.seconds - perByte('float32') * short.bytes) / messages,
    hostSecondsPerByte: hostSecondsPerByte as Network['hostSecondsPerByte'],
  };
}
