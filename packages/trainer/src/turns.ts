/** A turn that several calls share. */
interface SharedTurn {
  call: string;
  /** Calls that have joined and still run. */
  joined: Set<Promise<unknown>>;
}

/**
 * Runs calls one after another, in order. Some calls share a turn: such a call joins a shared turn that is running. So
 * code inside that turn can make the call and await it.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** The number of calls that wait or run. */
  #open = 0;
  #shared: SharedTurn | undefined;

  /** Whether no call waits or runs. */
  get isFree(): boolean {
    return this.#open === 0;
  }

  /** Calls `f` after all earlier calls have ended. */
  whenFree<T>(f: () => T | Promise<T>): Promise<T> {
    const turn = this.#count(this.#last.then(f));
    // The next call also runs after a failed one.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * A turn that is not shared.
   *
   * @throws Error during a shared turn, because a call from inside that turn would wait for itself.
   */
  alone<T>(call: string, f: () => Promise<T>): Promise<T> {
    if (this.#shared) {
      return Promise.reject(
        new Error(
          `Trainer: ${call} was called while ${this.#shared.call} is under way, which holds the weights. ` +
            `Wait for ${this.#shared.call} first; inside of it, only evaluate and withAveragedWeights can be called`,
        ),
      );
    }
    return this.whenFree(f);
  }

  /** A shared turn. Calls `begin` before its first call, and the function that `begin` returns after its last call. */
  together<T>(call: string, begin: () => () => void, f: () => Promise<T>): Promise<T> {
    if (this.#shared) return this.#join(this.#shared, f);
    return this.whenFree(async () => {
      const end = begin();
      const shared: SharedTurn = { call, joined: new Set() };
      this.#shared = shared;
      try {
        return await f();
      } finally {
        while (shared.joined.size > 0) await Promise.allSettled(shared.joined);
        this.#shared = undefined;
        end();
      }
    });
  }

  #join<T>({ joined }: SharedTurn, f: () => Promise<T>): Promise<T> {
    const call = this.#count(f());
    joined.add(call);
    const leave = () => void joined.delete(call);
    call.then(leave, leave);
    return call;
  }

  #count<T>(call: Promise<T>): Promise<T> {
    this.#open++;
    return call.finally(() => this.#open--);
  }
}
