import { Contender, ContenderError, type ContenderCommand } from '../contenders/contender';
import type { ContenderMeasurement, ContenderName, SizeMeasurement } from './size-measurement';

/** Contenders that run at the same time. One that fails is ended and left out, and its failure is recorded. */
export class RunningContenders {
  readonly #running = new Map<ContenderName, { contender: Contender; measured: ContenderMeasurement }>();
  readonly #result: Pick<SizeMeasurement, 'contenders' | 'failures'>;

  /** @param result gets the measurement or the failure of each contender. */
  constructor(result: Pick<SizeMeasurement, 'contenders' | 'failures'>) {
    this.#result = result;
  }

  /** Starts a contender, with an empty measurement. */
  async start(name: ContenderName, command: ContenderCommand): Promise<void> {
    try {
      const { contender, ready } = await Contender.start(command);
      const { versions = {}, threads, parameters } = ready;
      const measured: ContenderMeasurement = {
        name: command.name,
        versions,
        ...(threads !== undefined && { threads }),
        ...(parameters !== undefined && { parameters }),
        first: Number.NaN,
        seconds: [],
        matmulGflops: [],
        peakRssMib: Number.NaN,
      };
      this.#running.set(name, { contender, measured });
      this.#result.contenders[name] = measured;
    } catch (error) {
      if (!(error instanceof ContenderError)) throw error;
      this.#result.failures[name] = error.message;
    }
  }

  /** Calls `act` for each of the named contenders that still runs, one after the other. */
  async forEach(
    names: readonly ContenderName[],
    act: (contender: Contender, measured: ContenderMeasurement) => Promise<void>,
  ): Promise<void> {
    for (const name of names) {
      const entry = this.#running.get(name);
      if (!entry) continue;
      try {
        await act(entry.contender, entry.measured);
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        this.#result.failures[name] = error.message;
        delete this.#result.contenders[name];
        await this.#end(name);
      }
    }
  }

  /** Ends all contenders. */
  async end(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.#end(name);
  }

  async #end(name: ContenderName): Promise<void> {
    const entry = this.#running.get(name);
    this.#running.delete(name);
    await entry?.contender.end();
  }
}
