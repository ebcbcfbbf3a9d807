import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Communicator } from '../communicator';
import { fromWire, sumInOrder, toWire, type Wire, type WireNumbers } from '../wire';
import { Arrivals } from './arrivals';
import { MpiError } from './mpi-error';
import type { MpiLibrary } from './mpi-library';

/** Elements of one call at most: MPI counts in 32-bit integers. */
const LONGEST = 2 ** 28;

/** For so long a wait keeps asking MPI, which is fastest. Then it sleeps between questions, for other processes. */
const BUSY_MILLISECONDS = 20;

/** After the rank that reports a hung one, others wait so long before they report it too. */
const NEXT_REPORT_SECONDS = 2;

/**
 * The ranks of `MPI_COMM_WORLD`. It starts each call without blocking, and then asks MPI whether it is done. So one
 * thread is enough, signals and timers arrive during a wait, and a rank that does not come can be named.
 */
export class MpiCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  hosts: readonly string[];
  readonly #mpi: MpiLibrary;
  readonly #timeoutSeconds: number;
  readonly #arrivals: Arrivals;
  /** Ends when all earlier calls have ended. */
  #last: Promise<unknown> = Promise.resolve();
  #calls = 0;

  constructor(mpi: MpiLibrary, options: { rank: number; size: number; timeoutSeconds: number }) {
    this.#mpi = mpi;
    this.rank = options.rank;
    this.size = options.size;
    this.#timeoutSeconds = options.timeoutSeconds;
    this.hosts = new Array<string>(options.size).fill('unknown host');
    this.#arrivals = new Arrivals(mpi, options);
  }

  allReduce(values: Float32Array, wire: Wire = 'float32'): Promise<Float32Array> {
    return this.#inTurn(async () => {
      if (values.length <= LONGEST) return this.#sumByParts(toWire(values, wire));
      const sums = new Float32Array(values.length);
      for (let first = 0; first < values.length; first += LONGEST) {
        sums.set(await this.#sumByParts(toWire(values.subarray(first, first + LONGEST), wire)), first);
      }
      return sums;
    });
  }

  allGather(bytes: Uint8Array): Promise<Uint8Array[]> {
    const { MPI_Iallgatherv: start } = this.#mpi.call;
    const { byte, world } = this.#mpi;
    const longest = Math.floor(LONGEST / this.size);
    return this.#inTurn(async () => {
      const lengths = await this.#lengths(bytes.length);
      const gathered = lengths.map((length) => new Uint8Array(length));
      for (let first = 0; first < Math.max(...lengths); first += longest) {
        const counts = Int32Array.from(lengths, (length) => Math.min(Math.max(length - first, 0), longest));
        const starts = new Int32Array(this.size);
        for (let rank = 1; rank < this.size; rank++) starts[rank] = starts[rank - 1]! + counts[rank - 1]!;
        const own = bytes.subarray(first, first + longest);
        const all = new Uint8Array(starts.at(-1)! + counts.at(-1)!);
        await this.#finished('allGather', (request) =>
          start(own, own.length, byte, all, counts, starts, byte, world, request),
        );
        gathered.forEach((to, rank) => to.set(all.subarray(starts[rank], starts[rank]! + counts[rank]!), first));
      }
      return gathered;
    });
  }

  broadcast(bytes: Uint8Array, from = 0): Promise<Uint8Array> {
    const { MPI_Ibcast: start } = this.#mpi.call;
    const { byte, world } = this.#mpi;
    return this.#inTurn(async () => {
      const length = (await this.#lengths(bytes.length))[from]!;
      const sent = this.rank === from ? bytes.slice() : new Uint8Array(length);
      for (let first = 0; first < length; first += LONGEST) {
        const part = sent.subarray(first, first + LONGEST);
        await this.#finished('broadcast', (request) => start(part, part.length, byte, from, world, request));
      }
      return sent;
    });
  }

  barrier(): Promise<void> {
    const { MPI_Ibarrier: start } = this.#mpi.call;
    return this.#inTurn(() => this.#finished('barrier', (request) => start(this.#mpi.world, request)));
  }

  abort(status: number): void {
    this.#mpi.call.MPI_Abort(this.#mpi.world, status);
  }

  async close(): Promise<void> {
    await this.barrier();
    this.#arrivals.receive();
    this.#mpi.call.MPI_Finalize();
  }

  /**
   * Sums numbers: each rank adds up one part, which all ranks send to it, and sends the sums to all. A rank sends and
   * receives twice the numbers at most, as in a ring, and the order of the sums does not depend on the MPI library, as
   * it would with MPI_Iallreduce.
   */
  async #sumByParts(own: WireNumbers): Promise<Float32Array> {
    const { MPI_Ialltoallv: sendParts, MPI_Iallgatherv: sendSums } = this.#mpi.call;
    const { byte, world } = this.#mpi;
    const width = own.BYTES_PER_ELEMENT;
    const numbers = (length: number) =>
      own instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
    const border = (rank: number) => Math.floor((own.length * rank) / this.size);
    const perRank = (of: (rank: number) => number) =>
      Int32Array.from({ length: this.size }, (_, rank) => of(rank) * width);
    const starts = perRank(border);
    const counts = perRank((rank) => border(rank + 1) - border(rank));
    const part = border(this.rank + 1) - border(this.rank);
    const parts = numbers(part * this.size);
    const [startsOfParts, countsOfParts] = [perRank((rank) => rank * part), perRank(() => part)];
    await this.#finished('allReduce', (request) =>
      sendParts(own, counts, starts, byte, parts, countsOfParts, startsOfParts, byte, world, request),
    );
    const ofRanks = Array.from({ length: this.size }, (_, rank) => parts.subarray(rank * part, (rank + 1) * part));
    const sums = toWire(sumInOrder(ofRanks), own instanceof Uint16Array ? 'bfloat16' : 'float32');
    const all = numbers(own.length);
    await this.#finished('allReduce', (request) =>
      sendSums(sums, part * width, byte, all, counts, starts, byte, world, request),
    );
    return fromWire(all);
  }

  /** The number that each rank gives. */
  async #lengths(own: number): Promise<number[]> {
    const { MPI_Iallgather: start } = this.#mpi.call;
    const { byte, world } = this.#mpi;
    const [sent, received] = [Float64Array.of(own), new Float64Array(this.size)];
    await this.#finished('allGather', (request) => start(sent, 8, byte, received, 8, byte, world, request));
    return [...received];
  }

  /** Runs calls one after another: MPI matches those of the ranks by their order. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Starts a call, and waits until MPI has finished it.
   *
   * @throws MpiError if a rank does not come within the timeout; it names the rank.
   */
  async #finished(name: string, start: (request: Uint8Array) => number): Promise<void> {
    const { MPI_Test: test } = this.#mpi.call;
    const index = this.#calls++;
    // A request is a pointer in Open MPI and a number in MPICH; a status has 20 to 24 bytes.
    const [request, status, isDone] = [new Uint8Array(8), new Uint8Array(64), new Int32Array(1)];
    expectSuccess(name, start(request));
    const started = performance.now();
    let isAnnounced = false;
    for (;;) {
      expectSuccess(name, test(request, isDone, status));
      if (isDone[0] !== 0) return;
      const waited = performance.now() - started;
      if (waited < BUSY_MILLISECONDS) await setImmediate();
      else await setTimeout(1);
      const seconds = waited / 1000;
      if (!isAnnounced && seconds > this.#timeoutSeconds / 2) {
        isAnnounced = true;
        this.#arrivals.announce(index);
      }
      if (seconds > this.#timeoutSeconds) this.#expectAll(name, index, seconds);
    }
  }

  /** Throws if a rank is missing. The lowest rank that waits does so first, so that one rank reports it. */
  #expectAll(name: string, index: number, seconds: number): void {
    const missing = this.#arrivals.missing(index);
    const whole = Math.round(this.#timeoutSeconds);
    if (missing.length === 0) {
      if (seconds < 2 * this.#timeoutSeconds) return;
      throw new MpiError(`all ranks have waited ${2 * whole} s for ${name} to end; is the network down?`);
    }
    const before = Array.from({ length: this.rank }, (_, rank) => rank).filter((rank) => !missing.includes(rank));
    if (before.length > 0 && seconds < this.#timeoutSeconds + NEXT_REPORT_SECONDS) return;
    const named = missing.map((rank) => `rank ${rank} on ${this.hosts[rank]}`).join(', ');
    throw new MpiError(
      `waited ${whole} s for ${named}, which ${missing.length === 1 ? 'hangs, or is' : 'hang, or are'} much slower; ` +
        'a longer time can be given as the timeout',
    );
  }
}

/** Most libraries end the process at an error; the others return its number. */
function expectSuccess(name: string, code: number): void {
  if (code !== 0) throw new MpiError(`${name}: the MPI library reports error ${code}`);
}
