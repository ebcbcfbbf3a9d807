import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Wire } from '@hrm/distributed';
import type { Product } from '@hrm/cli/internal';
import { parseReply, type ContenderReply } from './contender-reply';

/** The command that starts a contender. */
export interface ContenderCommand {
  /** Its name in reports. */
  name: string;
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/** A reply that has a figure. */
type ReplyWith<Figure extends keyof ContenderReply> = ContenderReply & {
  [name in Figure]: NonNullable<ContenderReply[name]>;
};

/** The error of a contender that could not be started, or that failed. */
export class ContenderError extends Error {
  override readonly name = 'ContenderError';
}

/** Characters of stderr that are kept, and lines of it that are shown in an error. */
const KEPT_STDERR = 16_000;
const SHOWN_LINES = 6;

/** The end of what a contender wrote to stderr. Errors of ranks are taken out of what a launcher writes around them. */
function lastLines(stderr: string): string {
  const lines = stderr.trimEnd().split('\n');
  const ofRanks = lines.filter((line) => /^rank \d+ on /.test(line));
  return (ofRanks.length > 0 ? ofRanks : lines).slice(-SHOWN_LINES).join('\n');
}

/**
 * One side of a benchmark: a process of its own that reads requests, one per line, and answers each with one line. So
 * several can take turns on one machine; each compiles only once, and the memory of each is measured separately.
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
    // A write after its end. The event of its end has a better message.
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      const end = (why: string) => {
        const errors = lastLines(this.#stderr);
        this.#failure ??= new ContenderError(`${name} ${why}${errors && `:\n${errors}`}`);
        this.#waiting?.reject(this.#failure);
        resolve();
      };
      this.#child.on('error', (error) => end(`could not be started (${error.message})`));
      this.#child.on('close', (status, signal) => end(`ended with ${signal ?? `status ${status}`}`));
    });
  }

  /** Starts a contender, and waits until it is ready. @throws ContenderError with the last lines of its stderr. */
  static async start(command: ContenderCommand): Promise<{ contender: Contender; ready: ContenderReply }> {
    const contender = new Contender(command);
    const ready = await contender.#reply();
    if (ready.ready !== true) {
      await contender.end();
      throw new ContenderError(`${command.name} answered ${JSON.stringify(ready)} first; expected that it is ready`);
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

  /** Sends a request, and returns the answer, which has the named figure. */
  async #ask<Figure extends keyof ContenderReply>(request: string, figure: Figure): Promise<ReplyWith<Figure>> {
    const answer = this.#reply();
    this.#child.stdin.write(`${request}\n`);
    const reply = await answer;
    if (reply[figure] === undefined) {
      throw new ContenderError(`${this.#name}: "${request}" failed: ${reply.error ?? JSON.stringify(reply)}`);
    }
    return reply as ReplyWith<Figure>;
  }

  async #timed(request: string, count: number) {
    const reply = await this.#ask(`${request} ${count}`, 'seconds');
    if (reply.seconds.length === count) return reply;
    throw new ContenderError(`${this.#name}: "${request} ${count}" gave ${reply.seconds.length} times`);
  }

  /** Makes training steps. @returns the seconds of each. */
  readonly train = async (steps: number): Promise<number[]> => (await this.#timed('train', steps)).seconds;

  /** Makes training steps as ranks. @returns the seconds of each, the processor time, and the calls to other ranks. */
  readonly trainRanks = (steps: number) => this.#timed('train', steps);

  /** Sums numbers over its ranks, `times` times. @returns the seconds of each. */
  readonly allReduce = async (bytes: number, wire: Wire, times: number): Promise<number[]> =>
    (await this.#timed(`allReduce ${bytes} ${wire}`, times)).seconds;

  /** Evaluates a batch over all segments, `times` times. @returns the seconds of each. */
  readonly evaluate = async (times: number): Promise<number[]> => (await this.#timed('evaluate', times)).seconds;

  /** Its speed at the fastest of these products, in 10^9 operations per second, measured for this many seconds. */
  readonly matmulGflops = async (products: readonly Product[], seconds: number): Promise<number> =>
    (await this.#ask(`matmul ${seconds} ${products.map(({ m, k, n }) => `${m} ${k} ${n}`).join(' ')}`, 'gflops'))
      .gflops;

  /** Its peak memory so far, in MiB. */
  readonly peakRssMib = async (): Promise<number> => (await this.#ask('memory', 'peakRssMib')).peakRssMib;

  /** Ends the process, and waits for its end. */
  async end(): Promise<void> {
    this.#failure ??= new ContenderError(`${this.#name} has been ended`);
    this.#child.stdin.end();
    await this.#ended;
  }
}
