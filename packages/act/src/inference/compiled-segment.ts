import type { Compile } from '@hrm/layers';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { solvingStep, type SolvingStep } from './solve-batch';

/** The segment of a network, compiled once for any number of puzzles. It is freed after its last unread result. */
export class CompiledSegment {
  readonly step: SolvingStep;
  readonly #owner: string;
  #unfinished = 0;
  #disposed = false;

  /** @param withLogits whether the step also returns the token logits. */
  constructor(
    owner: string,
    network: ReasoningNetwork,
    { compile, withLogits = false }: { compile: Compile; withLogits?: boolean },
  ) {
    this.#owner = owner;
    const step = solvingStep(network, withLogits);
    this.step = network.recordable === false ? step : compile(step);
  }

  expectNotDisposed(): void {
    if (this.#disposed) throw new Error(`${this.#owner}: it has been disposed of; make another one`);
  }

  /** Keeps the compiled step until these results are all read. */
  async *keepFor<T>(results: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    this.#unfinished++;
    try {
      yield* results;
    } finally {
      this.#unfinished--;
      this.#freeIfDone();
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#freeIfDone();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #freeIfDone(): void {
    if (this.#disposed && this.#unfinished === 0) this.step.dispose?.();
  }
}
