import type { Evaluation, StepEvent } from '@hrm/trainer';
import { percent } from '../../terminal/percent';
import { Progress, type ProgressFigures } from '../../terminal/progress';
import type { Terminal } from '../../terminal/terminal';

/** Figures are smoothed over about this many steps. */
const SMOOTHING = 20;

/** On a terminal, seconds between two lines of figures that stay. */
const KEEP_SECONDS = 60;

const smooth = (old: number, now: number | undefined) =>
  now === undefined ? old : Number.isNaN(old) ? now : old + (now - old) / SMOOTHING;

const digits = (value: number, count: number) => (Number.isNaN(value) ? '-' : value.toFixed(count));

/** Shows the progress of training: figures next to a bar, and a line for each evaluation. */
export class TrainingFigures {
  readonly #terminal: Terminal;
  readonly #bar: Progress;
  #loss = Number.NaN;
  #exact = Number.NaN;
  #segments = Number.NaN;
  #speed = Number.NaN;
  #steps = 0;
  #keptAt = performance.now();

  constructor(terminal: Terminal, lastStep: number) {
    this.#terminal = terminal;
    this.#bar = new Progress(terminal, 'training', lastStep);
  }

  /** Puzzles per second; NaN before the second step. */
  get speed(): number {
    return this.#speed;
  }

  /** Shows a step. @param untilSave steps until the next save. */
  showStep({ step, metrics, samplesPerSecond }: StepEvent, untilSave: number): void {
    this.#loss = smooth(this.#loss, metrics['tokenLoss']);
    this.#exact = smooth(this.#exact, metrics['exactAccuracy']);
    this.#segments = smooth(this.#segments, metrics['steps']);
    // The first step also compiles, so it does not count.
    if (++this.#steps > 1) this.#speed = smooth(this.#speed, samplesPerSecond);
    this.#bar.update(step, { ...this.#figures(), save: `in ${untilSave}` });
    if (this.#terminal.isLive && performance.now() - this.#keptAt > KEEP_SECONDS * 1000) this.#keep(step);
  }

  /** Writes a line for an evaluation. */
  showEvaluation(step: number, { exactAccuracy }: Pick<Evaluation, 'exactAccuracy'>): void {
    this.#keep(step, { 'held out': percent(exactAccuracy) });
  }

  stop(): void {
    this.#bar.stop();
  }

  #keep(step: number, more: ProgressFigures = {}): void {
    this.#bar.keep(step, { ...this.#figures(), ...more });
    this.#keptAt = performance.now();
  }

  #figures(): ProgressFigures {
    return {
      loss: digits(this.#loss, 3),
      exact: percent(this.#exact),
      segments: digits(this.#segments, 2),
      'samples/s': digits(this.#speed, 0),
    };
  }
}
