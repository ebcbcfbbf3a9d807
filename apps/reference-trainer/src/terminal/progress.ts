import { describeSeconds } from './describe-seconds';
import type { Terminal } from './terminal';
import { TimeLeft } from './time-left';

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

/** Writes how much is done, with figures, on a line of stderr that stays. */
export function keepFigures(terminal: Terminal, done: string, figures: ProgressFigures): void {
  terminal.clearDrawing();
  process.stderr.write(`${done}  ${inWords(figures)}\n`);
}

/** A bar that is filled up to `done` of the total. */
export function progressBar(done: number, total: number, cells: number): string {
  const full = Math.round((cells * Math.min(done, total)) / Math.max(1, total));
  return '\u2588'.repeat(full) + '\u2591'.repeat(cells - full);
}

/**
 * Shows the progress of long work on stderr: a bar that is redrawn on a terminal, a line every few seconds in a log. It
 * changes no mode of the terminal, so nothing has to be restored when the process is killed.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #total: number;
  readonly #timeLeft: TimeLeft;
  #shownAt = performance.now();

  constructor(terminal: Terminal, label: string, total: number) {
    this.#terminal = terminal;
    this.#label = label;
    this.#total = total;
    this.#timeLeft = new TimeLeft(total);
    if (terminal.isLive) this.#draw(0, '', '...');
  }

  /** Shows that `done` of the total is done. @param figures such as `{ loss: '0.12' }`. */
  update(done: number, figures: ProgressFigures = {}): void {
    const now = performance.now();
    const left = describeSeconds(this.#timeLeft.update(done));
    if (this.#terminal.isLive) {
      if (done < this.#total && now - this.#shownAt < DRAW_MILLISECONDS) return;
      this.#draw(done, inWords(figures), left);
    } else if (now - this.#shownAt > QUIET_SECONDS * 1000) {
      process.stderr.write(`${this.#label} ${done}/${this.#total}  ${inWords(figures)}  ETA ${left}\n`);
      this.#shownAt = now;
    }
  }

  /** Removes the bar, if it is still there. */
  stop(): void {
    this.#terminal.clearDrawing();
  }

  #draw(done: number, figures: string, left: string): void {
    const bar = progressBar(done, this.#total, BAR_CELLS);
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
