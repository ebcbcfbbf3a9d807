import { describeSeconds } from './describe-seconds';
import type { Terminal } from './terminal';

/** Figures next to a progress bar, by name. */
export type ProgressFigures = { [name: string]: string };

/** Seconds between two lines in a log. */
const QUIET_SECONDS = 5;
/** Milliseconds between two drawings of a bar. */
const DRAW_MILLISECONDS = 100;
const BAR_CELLS = 20;

const inWords = (figures: ProgressFigures) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ');

/**
 * Shows the progress of long work on stderr: a bar that is redrawn on a terminal, a line every few seconds in a log. It
 * changes no mode of the terminal, so nothing has to be restored when the process is killed.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #total: number;
  /** The first update. The first piece of work also compiles, so the remaining time is estimated from its end on. */
  #first: { done: number; at: number } | undefined;
  #shownAt = performance.now();

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = total;
    if (terminal.isLive) this.#draw(0, '', '...');
  }

  /** Shows that `done` of the total is done. @param figures such as `{ loss: '0.12' }`. */
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

  /** Writes figures on a line that stays. */
  keep(done: number, figures: ProgressFigures): void {
    this.#terminal.clearLine();
    process.stderr.write(`${this.#label} ${done}/${this.#total}  ${inWords(figures)}\n`);
  }

  /** Removes the bar, if it is still there. */
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

/** Shows the progress of `work` until it ends or fails. */
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
