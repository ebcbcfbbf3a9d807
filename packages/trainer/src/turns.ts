/** A turn that several calls share. */
interface SharedTurn {
  call: string;
  /** Calls that have joined and are not over. */
  joined: Set<Promise<unknown>>;
}

/**
 * Lets calls take turns, in the order in which they were made. Some calls share a turn: one made while such a turn is
 * under way joins it, so that it may also be made, and waited for, by what runs in that turn.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** Calls made and not over yet. */
  #open = 0;
  #shared: SharedTurn | undefined;

  /** Whether no call is under way or waiting. */
  get isFree(): boolean {
    return this.#open === 0;
  }

  /** Calls `f` once all calls made before are over. */
  whenFree<T>(f: () => T | Promise<T>): Promise<T> {
    const turn = this.#count(this.#last.then(f));
    // A call that fails does not keep the next from its turn.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * A turn that is not shared.
   *
   * @throws Error during a shared turn: a call made from inside of it would wait for itself.
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

  /**
   * A shared turn. `begin` is called before the first of its calls, and what it returns when the last is over.
   */
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
