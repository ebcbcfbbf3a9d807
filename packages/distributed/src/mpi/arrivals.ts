import type { MpiLibrary } from './mpi-library';

/** The tag of our messages; collective calls of MPI use none. */
const TAG = 1818;

/** Tells the ranks that wait for long in a call who has come to it. The ranks that say nothing are missing. */
export class Arrivals {
  /** The last call that each rank has announced. */
  readonly #announced: number[];
  /** Messages on their way: MPI reads them until they are sent. */
  readonly #sent: { message: Float64Array; request: Uint8Array }[] = [];

  constructor(
    private readonly mpi: MpiLibrary,
    private readonly own: { rank: number; size: number },
  ) {
    this.#announced = new Array<number>(own.size).fill(-1);
  }

  /** Tells all other ranks that this one waits in a call. */
  announce(index: number): void {
    const { call, byte, world } = this.mpi;
    this.#announced[this.own.rank] = index;
    for (const rank of this.#others()) {
      const [message, request] = [Float64Array.of(index), new Uint8Array(8)];
      call.MPI_Isend(message, 8, byte, rank, TAG, world, request);
      this.#sent.push({ message, request });
    }
  }

  /** Receives what other ranks have announced. */
  receive(): void {
    const { call, byte, world } = this.mpi;
    const [status, isThere, message] = [new Uint8Array(64), new Int32Array(1), new Float64Array(1)];
    for (const rank of this.#others()) {
      for (;;) {
        call.MPI_Iprobe(rank, TAG, world, isThere, status);
        if (isThere[0] === 0) break;
        call.MPI_Recv(message, 8, byte, rank, TAG, world, status);
        this.#announced[rank] = message[0]!;
      }
    }
  }

  /** The ranks that have not announced a call, or a later one. */
  missing(index: number): number[] {
    this.receive();
    return this.#announced.flatMap((call, rank) => (call < index ? [rank] : []));
  }

  #others(): number[] {
    return Array.from({ length: this.own.size }, (_, rank) => rank).filter((rank) => rank !== this.own.rank);
  }
}
