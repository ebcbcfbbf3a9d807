import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseReply, type ContenderReply } from './contender-reply';

/** How a contender is started. */
export interface ContenderCommand {
  /** What a person calls it. */
  name: string;
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/** A contender could not be started, or failed. */
export class ContenderError extends Error {
  override readonly name = 'ContenderError';
}

/** What is kept of its stderr, to tell why it failed. */
const KEPT_STDERR = 4000;
const SHOWN_LINES = 6;

/**
 * One side of a benchmark: a process of its own that waits for a line, does what it says, answers with a line, and waits
 * again. So several take turns on one machine, each loaded and compiled once, and memory is counted for each.
 */
export class Contender {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #ended: Promise<void>;
  #stderr = '';
  #waiting: { resolve: (reply: ContenderReply) => void; reject: (error: Error) => void } | undefined;
  #failure: ContenderError | undefined;

  private constructor({ name, program, args, env = process.env }: ContenderCommand) {
    this.#name = name;
    this.#child = spawn(program, args, { env, stdio: 'pipe' });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const reply = parseReply(line);
      if (reply) this.#waiting?.resolve(reply);
    });
    // Writing to one that has ended; the event of its end says more.
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      const end = (why: string) => {
        const said = this.#stderr.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
        this.#failure ??= new ContenderError(`${name} ${why}${said && `:\n${said}`}`);
        this.#waiting?.reject(this.#failure);
        resolve();
      };
      this.#child.on('error', (error) => end(`could not be started (${error.message})`));
      this.#child.on('close', (status, signal) => end(`ended with ${signal ?? `status ${status}`}`));
    });
  }

  /** Starts one, and waits until it says that it is ready. @throws ContenderError with the end of what it printed. */
  static async start(command: ContenderCommand): Promise<{ contender: Contender; ready: ContenderReply }> {
    const contender = new Contender(command);
    const ready = await contender.#reply();
    if (ready.ready !== true) {
      await contender.end();
      throw new ContenderError(`${command.name} began with ${JSON.stringify(ready)}, expected that it is ready`);
    }
    return { contender, ready };
  }

  async #reply(): Promise<ContenderReply> {
    if (this.#failure) throw this.#failure;
    try {
      return await new Promise<ContenderReply>((resolve, reject) => (this.#waiting = { resolve, reject }));
    } finally {
      this.#waiting = undefined;
    }
  }

  /** One request, and the figure of that name in the answer. */
  async #ask<Figure extends keyof ContenderReply>(
    request: string,
    figure: Figure,
  ): Promise<NonNullable<ContenderReply[Figure]>> {
    const answer = this.#reply();
    this.#child.stdin.write(`${request}\n`);
    const reply = await answer;
    const value = reply[figure];
    if (value === undefined) {
      throw new ContenderError(`${this.#name}, asked to "${request}": ${reply.error ?? JSON.stringify(reply)}`);
    }
    return value;
  }

  async #times(request: 'train' | 'evaluate', count: number): Promise<number[]> {
    const seconds = await this.#ask(`${request} ${count}`, 'seconds');
    if (seconds.length === count) return seconds;
    throw new ContenderError(`${this.#name}, asked to "${request} ${count}", gave ${seconds.length} times`);
  }

  /** Makes training steps. @returns seconds of each. */
  readonly train = (steps: number): Promise<number[]> => this.#times('train', steps);

  /** Evaluates a batch over all segments, so many times. @returns seconds of each. */
  readonly evaluate = (times: number): Promise<number[]> => this.#times('evaluate', times);

  /** Its speed at products of `[m, k]` and `[k, n]`, in 10^9 operations a second. */
  readonly matmulGflops = ({ m, k, n }: { m: number; k: number; n: number }, seconds: number): Promise<number> =>
    this.#ask(`matmul ${m} ${k} ${n} ${seconds}`, 'gflops');

  /** The most memory that it has held so far, in MiB. */
  readonly peakRssMib = (): Promise<number> => this.#ask('memory', 'peakRssMib');

  /** Lets it go, and waits until it is gone. */
  async end(): Promise<void> {
    this.#failure ??= new ContenderError(`${this.#name} has been ended`);
    this.#child.stdin.end();
    await this.#ended;
  }
}
