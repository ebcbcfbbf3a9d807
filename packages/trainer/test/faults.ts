import * as tf from '@tensorflow/tfjs-core';

/** Where a call can be made to fail: an operation, a read of a tensor's values, or a function of the caller's own. */
export type FaultKind = 'operation' | 'read' | 'own function';

/** An error that was asked for. */
export class Fault extends Error {}

/** Counts the places at which a call can fail, and makes one of them fail. */
export class Faults {
  readonly counts: { [K in FaultKind]: number } = { operation: 0, read: 0, 'own function': 0 };
  #chosen: { kind: FaultKind; index: number } | undefined;

  /** To be called by functions that a test hands to the library. */
  readonly ownFunction = (): void => this.#pass('own function');

  #pass(kind: FaultKind): void {
    const index = this.counts[kind]++;
    if (kind === this.#chosen?.kind && index === this.#chosen.index) {
      throw new Fault(`the ${kind} with number ${index} was made to fail`);
    }
  }

  /** Runs `f`, and lets it fail at one place of a kind, or nowhere. */
  async run<T>(f: () => T | Promise<T>, chosen?: { kind: FaultKind; index: number }): Promise<T> {
    Object.assign(this.counts, { operation: 0, read: 0, 'own function': 0 });
    this.#chosen = chosen;
    const engine = tf.engine();
    const { runKernel } = engine;
    const { data } = tf.Tensor.prototype;
    engine.runKernel = <T extends tf.Tensor | tf.Tensor[]>(...args: Parameters<typeof runKernel>): T => {
      // Another reference to the same values cannot fail.
      if (args[0] !== 'Identity') this.#pass('operation');
      return runKernel.apply(engine, args) as T;
    };
    const faults = this;
    tf.Tensor.prototype.data = async function (this: tf.Tensor, ...args) {
      faults.#pass('read');
      return (await data.apply(this, args)) as never;
    };
    try {
      return await f();
    } finally {
      engine.runKernel = runKernel;
      tf.Tensor.prototype.data = data;
      this.#chosen = undefined;
    }
  }
}
