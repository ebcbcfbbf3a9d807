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
  /** What a host needs for each byte that it sends, receives and adds, while the wire waits. */
  hostSecondsPerByte: number;
}

/** The format of summed numbers on the wire. */
export type WireFormat = 'float32' | 'bfloat16';

/** A predicted step. */
export interface PredictedStep {
  seconds: number;
  /** Seconds in which something is on its way. */
  wireSeconds: number;
  /** Seconds in which the rank waits. The rest of `wireSeconds` is hidden behind its own work. */
  waitedSeconds: number;
}

const secondsPerByte = ({ bitsPerSecond, hostSecondsPerByte }: Network) => 8 / bitsPerSecond + hostSecondsPerByte;

/**
 * Seconds of a ring's all-reduce. Each rank has `1/N` of the sums: it takes `N - 1` messages of `1/N` of the bytes to add
 * them up, and as many to pass them on.
 *
 *     2 (N - 1) / N * bytes / bandwidth + 2 (N - 1) * latency
 *
 * Source: Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations".
 */
export function ringAllReduceSeconds(bytes: number, ranks: number, network: Network): number {
  const messages = 2 * (ranks - 1);
  return (messages / ranks) * bytes * secondsPerByte(network) + messages * network.latencySeconds;
}

/**
 * Seconds of a ring's all-gather: each rank passes on the bytes of all others, in `N - 1` messages. Before it, the ranks
 * tell each other the lengths, in as many.
 *
 *     (N - 1) * (bytes / bandwidth + 2 * latency)
 */
export function ringAllGatherSeconds(bytes: number, ranks: number, network: Network): number {
  return (ranks - 1) * (bytes * secondsPerByte(network) + 2 * network.latencySeconds);
}

/**
 * Predicts a training step of each of several equal ranks, with the same batch on each (weak scaling).
 *
 * The calls go over the wire one after another. Calls of one kind that follow each other may be under way while the rank
 * works on; before a call of the other kind, and at the end of the step, it waits for all of them. That is what the
 * trainer does: it gives one bucket of gradients to the wire and reads the next; then it collects the rows.
 *
 * Not modelled: differences between the ranks, other traffic, and the work of each rank on the rows that it collects,
 * which grows with the number of ranks.
 */
export function predictStep(
  { seconds, calls }: StepProfile,
  ranks: number,
  network: Network,
  wire: WireFormat = 'float32',
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
        ? ringAllReduceSeconds(wire === 'bfloat16' ? bytes / 2 : bytes, ranks, network)
        : ringAllGatherSeconds(bytes, ranks, network);
    free = Math.max(free, at + waited) + own;
    wireSeconds += own;
    // Collected rows are needed at once.
    if (kind === 'allGather') waitUntilFree(at);
  });
  waitUntilFree(seconds);
  return { seconds: seconds + waited, wireSeconds, waitedSeconds: waited };
}

/** Seconds of an all-reduce that were measured. */
export interface MeasuredAllReduce {
  bytes: number;
  seconds: number;
}

/**
 * The latency and the seconds per byte at which a ring takes what was measured, from a short and a long all-reduce.
 * The whole is given as the cost of the host: `bitsPerSecond` is infinite.
 */
export function networkOf(short: MeasuredAllReduce, long: MeasuredAllReduce, ranks: number): Network {
  if (!(long.bytes > short.bytes)) {
    throw new RangeError(`networkOf: the long all-reduce has ${long.bytes} bytes, the short one ${short.bytes}`);
  }
  const messages = 2 * (ranks - 1);
  const perByte = Math.max(0, (long.seconds - short.seconds) / (long.bytes - short.bytes));
  const latencySeconds = Math.max(0, short.seconds - perByte * short.bytes) / messages;
  return { bitsPerSecond: Infinity, latencySeconds, hostSecondsPerByte: (perByte * ranks) / messages };
}
