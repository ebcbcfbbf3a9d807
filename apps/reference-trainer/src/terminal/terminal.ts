import { visibleJson, visibleText } from './visible-text';

/** Whether a stream is a terminal on which more can be drawn than lines. */
const canDraw = (stream: NodeJS.WriteStream) => stream.isTTY === true && process.env['TERM'] !== 'dumb';

/** Where a command writes: words for a person, and one JSON object for a program. */
export class Terminal {
  /** Whether stderr ends in a line that is drawn anew again and again. */
  #isDrawn = false;

  constructor(
    /** With `--json` the words go to stderr, and the last line of stdout is a JSON object. */
    readonly json: boolean,
    /** The words go to stderr without `--json` too: stdout has nothing but answers. */
    readonly answersOnly = false,
  ) {}

  get #words(): NodeJS.WriteStream {
    return this.json || this.answersOnly ? process.stderr : process.stdout;
  }

  /** Says something to a person. Control characters in it, which may come from a file, are not obeyed. */
  say(text = ''): void {
    this.show(visibleText(text));
  }

  /** Shows a drawing of ours, colours and all. Nothing that comes from a file may be in it. */
  show(drawing: string): void {
    this.clearLine();
    this.#words.write(`${drawing}\n`);
  }

  /** One of many answers: a line of stdout, with `--json` a JSON object. */
  answer(line: string, value: object): void {
    process.stdout.write(`${this.json ? visibleJson(value) : visibleText(line)}\n`);
  }

  /** Ends the command's output with its result for a program, if one asked. */
  result(value: object): void {
    if (this.json) process.stdout.write(`${visibleJson(value)}\n`);
  }

  /** Whether a person watches the progress, on stderr. */
  get isLive(): boolean {
    return canDraw(process.stderr);
  }

  /** Whether what is said may have colours: it goes to a terminal, and NO_COLOR (no-color.org) is not set. */
  get hasColors(): boolean {
    return canDraw(this.#words) && !process.env['NO_COLOR'];
  }

  /** Draws a line on stderr in the place of the one drawn before, cut to the width of the terminal. */
  drawLine(text: string): void {
    const width = process.stderr.columns || 80;
    process.stderr.write(`\r\x1b[K${text.slice(0, width - 1)}`);
    this.#isDrawn = true;
  }

  /** Takes away the line that was drawn last, if it is there. */
  clearLine(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}
