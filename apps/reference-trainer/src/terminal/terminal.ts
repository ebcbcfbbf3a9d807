import { SingleBar } from 'cli-progress';

/** Where a command writes: words for a person, and one JSON object for a program. */
export class Terminal {
  constructor(
    /** With `--json` the words go to stderr, and the last line of stdout is a JSON object. */
    readonly json: boolean,
  ) {}

  /** Says something to a person. */
  say(text = ''): void {
    (this.json ? process.stderr : process.stdout).write(`${text}\n`);
  }

  /** Ends the command's output with its result for a program, if one asked. */
  result(value: object): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Whether a person watches the progress. */
  get isLive(): boolean {
    return process.stderr.isTTY === true;
  }
}

/** Figures beside a progress bar. */
export type ProgressFigures = { [name: string]: string };

/** Seconds between lines where nobody watches. */
const QUIET_SECONDS = 5;

/**
 * Shows how far long work is: a bar that redraws itself on a terminal, a line every few seconds in a log.
 * It writes to stderr, so results stay clean.
 */
export class Progress {
  #bar: SingleBar | undefined;
  readonly #label: string;
  readonly #total: number;
  readonly #started = performance.now();
  #lastLine = performance.now();

  constructor(terminal: Terminal, label: string, total: number) {
    this.#label = label;
    this.#total = total;
    if (!terminal.isLive) return;
    this.#bar = new SingleBar({
      format: '{label} [{bar}] {value}/{total} {figures} ETA {left}',
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      stream: process.stderr,
      fps: 10,
    });
    this.#bar.start(total, 0, { label, figures: '', left: '...' });
  }

  /** @param done of the total; @param figures such as `{ loss: '0.12' }`. */
  update(done: number, figures: ProgressFigures = {}): void {
    const text = Object.entries(figures)
      .map(([name, value]) => `${name} ${value}`)
      .join('  ');
    const elapsed = (performance.now() - this.#started) / 1000;
    const left = done > 0 ? describeSeconds((elapsed / done) * (this.#total - done)) : '...';
    if (this.#bar) this.#bar.update(done, { label: this.#label, figures: text, left });
    else if (performance.now() - this.#lastLine > QUIET_SECONDS * 1000) {
      this.#lastLine = performance.now();
      process.stderr.write(`${this.#label} ${done}/${this.#total}  ${text}  ETA ${left}\n`);
    }
  }

  /** Takes the bar away, if it is still there. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

/** Shows how far work is while it lasts. However it ends the bar goes: one left standing would keep the process alive. */
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

/** A duration for a person: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function describeSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '...';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
