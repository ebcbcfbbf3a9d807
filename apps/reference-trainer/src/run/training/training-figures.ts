import type { Task } from '@hrm/data';
import type { Evaluation, StepEvent } from '@hrm/trainer';
import { percent } from '../../terminal/percent';
import { keepFigures, Progress, type ProgressFigures } from '../../terminal/progress';
import { History } from '../../terminal/sparkline';
import type { Terminal } from '../../terminal/terminal';
import { TimeLeft } from '../../terminal/time-left';
import type { AnsweredPuzzle } from '../observers/failed-puzzles';
import { trainingViewLines, type TrainingView } from './training-view';

/** Figures are smoothed over about this many steps. */
const SMOOTHING = 20;
/** Milliseconds between two drawings of the view. */
const DRAW_MILLISECONDS = 100;
/** Milliseconds for which the view shows each segment of a puzzle. */
const SEGMENT_MILLISECONDS = 700;
/** Drawings for which the answer of the last segment stays. */
const STAYS = 3;

const smooth = (old: number, now: number | undefined) =>
  now === undefined ? old : Number.isNaN(old) ? now : old + (now - old) / SMOOTHING;

const digits = (value: number, count: number) => (Number.isNaN(value) ? '-' : value.toFixed(count));

/** Options of {@link TrainingFigures}. */
interface FiguresOptions {
  /** The name of the run. */
  name: string;
  lastStep: number;
  /** Draws puzzles. Default: none are shown. */
  draw?: Task['draw'] | undefined;
}

/**
 * Shows the progress of training. On a terminal: a view that is redrawn, with a puzzle from the last evaluation and
 * the model's answer to it after each segment. In a log: a line every few seconds. Evaluations have a line that stays.
 */
export class TrainingFigures {
  readonly #terminal: Terminal;
  readonly #options: FiguresOptions;
  /** In a log. */
  readonly #bar: Progress | undefined;
  /** On a terminal. */
  readonly #view: TrainingView;
  readonly #redraws: NodeJS.Timeout | undefined;
  readonly #losses = new History();
  readonly #timeLeft: TimeLeft;
  #puzzle: AnsweredPuzzle | undefined;
  #drawnAt = -Infinity;
  #loss = Number.NaN;
  #exact = Number.NaN;
  #segments = Number.NaN;
  #speed = Number.NaN;
  #steps = 0;

  constructor(terminal: Terminal, firstStep: number, options: FiguresOptions) {
    const { name, lastStep } = options;
    this.#terminal = terminal;
    this.#options = options;
    this.#timeLeft = new TimeLeft(lastStep);
    this.#view = { name, step: firstStep, lastStep, secondsLeft: Number.NaN, losses: [], figures: {} };
    if (terminal.isLive) {
      this.#redraws = setInterval(() => this.#draw(), SEGMENT_MILLISECONDS).unref();
      this.#draw();
    } else this.#bar = new Progress(terminal, 'training', lastStep);
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
    const figures = { ...this.#figures(), save: `in ${untilSave}` };
    if (this.#bar) return this.#bar.update(step, figures);
    this.#losses.add(this.#loss);
    const secondsLeft = this.#timeLeft.update(step);
    Object.assign(this.#view, { step, secondsLeft, figures, losses: this.#losses.values, evaluating: undefined });
    if (performance.now() - this.#drawnAt >= DRAW_MILLISECONDS) this.#draw();
  }

  /** Shows how far an evaluation is. */
  showEvaluating(done: number, total: number): void {
    this.#view.evaluating = { done, total };
    if (!this.#bar) this.#draw();
  }

  /** Writes a line for an evaluation. @param puzzles some that it failed on. */
  showEvaluation(
    step: number,
    { exactAccuracy }: Pick<Evaluation, 'exactAccuracy'>,
    puzzles: readonly AnsweredPuzzle[] = [],
  ): void {
    const line = { ...this.#figures(), 'held out': percent(exactAccuracy) };
    const best = Math.max(exactAccuracy, this.#view.heldOut?.best ?? 0);
    Object.assign(this.#view, { heldOut: { step, exactAccuracy, best }, evaluating: undefined });
    this.#puzzle = puzzles.find(({ segments }) => segments) ?? puzzles[0];
    keepFigures(this.#terminal, `training ${step}/${this.#options.lastStep}`, line);
  }

  /** Removes the view from the terminal. */
  stop(): void {
    clearInterval(this.#redraws);
    this.#terminal.clearDrawing();
  }

  #draw(): void {
    this.#drawnAt = performance.now();
    this.#view.puzzle = this.#drawnPuzzle();
    const hasColors = this.#terminal.drawsColors;
    this.#terminal.drawLines(trainingViewLines(this.#view, { ...this.#terminal.size, hasColors }));
  }

  #drawnPuzzle(): TrainingView['puzzle'] {
    const { draw } = this.#options;
    if (!this.#puzzle || !draw) return undefined;
    const { index, question, answer, prediction, segments = [prediction], exact } = this.#puzzle;
    const shown = Math.floor(this.#drawnAt / SEGMENT_MILLISECONDS) % (segments.length + STAYS);
    const segment = Math.min(shown, segments.length - 1);
    const drawing = draw(question, { prediction: segments[segment]!, answer, color: this.#terminal.drawsColors });
    const title = [
      `Held-out puzzle ${index + 1}`,
      exact ? 'solved' : 'not solved yet',
      `segment ${segment + 1} of ${segments.length}`,
    ];
    return { title, drawing };
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
