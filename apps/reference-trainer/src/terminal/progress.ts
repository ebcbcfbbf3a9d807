import { describeSeconds } from './describe-seconds';
import type { Terminal } from './terminal';

/** Figures beside a progress bar. */
export type ProgressFigures = { [name: string]: string };

/** Seconds between lines where nobody watches. */
const QUIET_SECONDS = 5;
/** Milliseconds between two drawings of a bar. */
const DRAW_MILLISECONDS = 100;
const BAR_CELLS = 20;

const inWords = (figures: ProgressFigures) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ');

/**
 * Shows how far long work is: a line that is drawn anew on a terminal, a line every few seconds in a log. It writes to stderr,
 * so results stay clean. It leaves a terminal as it is: no mode of it has to be put back, however the process ends.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #total: number;
  /** The first work done took longer than what follows: it compiles. So time is counted from its end. */
  #first: { done: number; at: number } | undefined;
  #shownAt = performance.now();

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = total;
    if (terminal.isLive) this.#draw(0, '', '...');
  }

  /** @param done of the total; @param figures such as `{ loss: '0.12' }`. */
  update(done: number, figures: ProgressFigures = {}): void {
    const now = performance.now();
    this.#first ??= { done, at: now };
    const made = done - this.#first.done;
    const rate = made > 0 ? (now - this.#first.at) / 1000 / made : Number.NaN;
    const left = describeSeconds(rate * (this.#total - done));
    if (this.#terminal.isLive) {
      if (done < this.#total && now - this.#shownAt < DRAW_MILLISECONDS) return;
      this.#draw(done, inWords(figures), left);
    } else if (now - this.#shownAt > QUIET_SECONDS * 1000) {
      process.stderr.write(`${this.#label} ${done}/${this.#total}  ${inWords(figures)}  ETA ${left}\n`);
      this.#shownAt = now;
    }
  }

  /** Writes figures that stay, on a line of their own. */
  keep(done: number, figures: ProgressFigures): void {
    this.#terminal.clearLine();
    process.stderr.write(`${this.#label} ${done}/${this.#total}  ${inWords(figures)}\n`);
  }

  /** Takes the bar away, if it is still there. */
  stop(): void {
    this.#terminal.clearLine();
  }

  #draw(done: number, figures: string, left: string): void {
    const full = Math.round((BAR_CELLS * Math.min(done, this.#total)) / Math.max(1, this.#total));
    const bar = '\u2588'.repeat(full) + '\u2591'.repeat(BAR_CELLS - full);
    this.#terminal.drawLine(`${this.#label} [${bar}] ${done}/${this.#total} ${figures} ETA ${left}`);
    this.#shownAt = performance.now();
  }
}

/** Shows how far work is while it lasts, however it ends. */
export async function withProgress<T>(
  terminal: Terminal,
  label: string,
  total: number,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, label, total);
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}
