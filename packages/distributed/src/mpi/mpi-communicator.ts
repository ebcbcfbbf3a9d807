import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Communicator } from '../communicator';
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

  allReduce(values: Float32Array): Promise<Float32Array> {
    const { MPI_Iallreduce: start } = this.#mpi.call;
    const { float, sum, world } = this.#mpi;
    return this.#inTurn(async () => {
      const sums = new Float32Array(values.length);
      for (let first = 0; first < values.length; first += LONGEST) {
        const own = values.subarray(first, first + LONGEST);
        const all = sums.subarray(first, first + LONGEST);
        await this.#finished('allReduce', (request) => start(own, all, own.length, float, sum, world, request));
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
