import { stripVTControlCharacters, styleText } from 'node:util';
import { counted } from '../../terminal/counted';
import { describeSeconds } from '../../terminal/describe-seconds';
import { percent } from '../../terminal/percent';
import { progressBar, type ProgressFigures } from '../../terminal/progress';
import { sparkline } from '../../terminal/sparkline';

/** What the view of a training shows. */
export interface TrainingView {
  name: string;
  step: number;
  lastStep: number;
  /** NaN if not known. */
  secondsLeft: number;
  /** The course of the loss. */
  losses: readonly number[];
  /** Figures of the newest steps, such as `{ loss: '0.12' }`. */
  figures: ProgressFigures;
  /** The puzzles that an evaluation under way has done. */
  evaluating?: { done: number; total: number } | undefined;
  /** The last evaluation, and the best share of puzzles that one has solved. */
  heldOut?: { step: number; exactAccuracy: number; best: number } | undefined;
  /** A puzzle with the model's answer: what it is, and a drawing of it. */
  puzzle?: { title: readonly string[]; drawing: string } | undefined;
}

/** The terminal that a view is for. */
export interface ViewSize {
  columns: number;
  rows: number;
  hasColors: boolean;
}

const BAR_CELLS = 30;
/** Between figures that share a line. */
const GAP = '  ';

/**
 * The lines of the view of a training. None is as wide as the terminal, and they leave a row free. Where there is no
 * room for the puzzle, or for all figures, they are left out.
 */
export function trainingViewLines(view: TrainingView, { columns, rows, hasColors }: ViewSize): string[] {
  const { name, step, lastStep, secondsLeft, losses, figures, evaluating, heldOut, puzzle } = view;
  const width = columns - 1;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    hasColors ? styleText(format, text, { validateStream: false }) : text;
  const count = (steps: number) => steps.toLocaleString('en-US');

  const cells = Math.min(BAR_CELLS, width);
  const held = heldOut && [
    `held out ${percent(heldOut.exactAccuracy)}`,
    `at step ${count(heldOut.step)}`,
    ...(heldOut.best > heldOut.exactAccuracy ? [`best ${percent(heldOut.best)}`] : []),
  ];
  const lines = [
    ...wrapped([name, `step ${count(step)}/${count(lastStep)}`], width).map((line) => paint('bold', line)),
    ...wrapped([progressBar(step, lastStep, cells), percent(step / Math.max(1, lastStep), 0), `ETA ${describeSeconds(secondsLeft)}`], width), // prettier-ignore
    ...(losses.length > 1 ? [paint('blue', sparkline(losses, Math.min(60, width)))] : []),
    ...wrapped(Object.entries(figures).map(([figure, value]) => `${figure} ${value}`), width), // prettier-ignore
    ...wrapped(held ?? [], width).map((line) => paint('magenta', line)),
    ...(evaluating ? wrapped([`evaluating: ${count(evaluating.done)} of ${counted(evaluating.total, 'puzzle')}`], width) : []), // prettier-ignore
  ];
  const drawing = puzzle && ['', ...wrapped(puzzle.title, width), ...puzzle.drawing.split('\n')];
  const fits = drawing?.every((line) => stripVTControlCharacters(line).length <= width);
  if (drawing && fits && lines.length + drawing.length < rows) lines.push(...drawing);
  return lines.slice(0, Math.max(1, rows - 1));
}

/** Puts texts on as few lines of a width as hold them in their order. A text that is too wide is cut. */
function wrapped(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const longer = lines.length === 0 ? undefined : lines.at(-1)! + GAP + text;
    if (longer !== undefined && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(text.slice(0, width));
  }
  return lines;
}
