import { createLogUpdate } from 'log-update';
import { stripVTControlCharacters } from 'node:util';
import { visibleDrawing, visibleJson, visibleText } from './visible-text';

/** Whether a stream is a terminal that can redraw a line. */
const canDraw = (stream: NodeJS.WriteStream) => stream.isTTY === true && process.env['TERM'] !== 'dumb';

/** The output of a command: text for a person, and one JSON object for a program. */
export class Terminal {
  /** Whether the last line of stderr is one that `drawLine` wrote. */
  #isDrawn = false;
  /** What `drawLines` wrote last, and the width of the terminal then. */
  #drawn: { lines: readonly string[]; columns: number } | undefined;
  // The cursor stays visible: so nothing has to be restored when the process is killed.
  readonly #update = createLogUpdate(process.stderr, { showCursor: true });

  constructor(
    /** Whether `--json` was given: text goes to stderr, and the last line of stdout is a JSON object. */
    readonly json: boolean,
    /** Whether text goes to stderr without `--json` too, because stdout holds answers only. */
    readonly answersOnly = false,
  ) {}

  get #textStream(): NodeJS.WriteStream {
    return this.json || this.answersOnly ? process.stderr : process.stdout;
  }

  /** Writes a line of text. Control characters in it, which may come from a file, are replaced. */
  say(text = ''): void {
    this.#write(visibleText(text));
  }

  /** Writes a warning. */
  readonly warn = (warning: string): void => this.say(`Warning: ${warning}`);

  /** Writes a drawing with its colours. Other control characters in it are replaced. */
  show(drawing: string): void {
    this.#write(visibleDrawing(drawing));
  }

  #write(text: string): void {
    this.clearDrawing();
    this.#textStream.write(`${text}\n`);
  }

  /** Writes one of many answers as a line of stdout: text, or with `--json` a JSON object. */
  answer(line: string, value: object): void {
    process.stdout.write(`${this.json ? visibleJson(value) : visibleText(line)}\n`);
  }

  /** With `--json`, writes the result of the command. */
  result(value: object): void {
    if (this.json) process.stdout.write(`${visibleJson(value)}\n`);
  }

  /** Whether stderr can show progress in place. */
  get isLive(): boolean {
    return canDraw(process.stderr);
  }

  /** Whether text may have colours: it goes to a terminal, and NO_COLOR (no-color.org) is not set. */
  get hasColors(): boolean {
    return canDraw(this.#textStream) && !process.env['NO_COLOR'];
  }

  /** Whether what is drawn in place may have colours. */
  get drawsColors(): boolean {
    return this.isLive && !process.env['NO_COLOR'];
  }

  /** Replaces the line drawn last on stderr, or adds one. It is cut to the width of the terminal. */
  drawLine(text: string): void {
    const width = process.stderr.columns || 80;
    process.stderr.write(`\r\x1b[K${text.slice(0, width - 1)}`);
    this.#isDrawn = true;
  }

  /** Columns and rows of the terminal that shows progress. */
  get size(): { columns: number; rows: number } {
    const { columns, rows } = process.stderr;
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Replaces the lines drawn last on stderr, or adds them below all text. Each must fit the width of the terminal. */
  drawLines(lines: readonly string[]): void {
    const { columns } = this.size;
    if (this.#drawn && this.#drawn.columns !== columns) this.clearDrawing();
    this.#update(lines.map(visibleDrawing).join('\n'));
    this.#drawn = { lines, columns };
  }

  /** Removes what was drawn last, if it is still there. */
  clearDrawing(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
    if (!this.#drawn) return;
    const { columns } = this.size;
    if (columns < this.#drawn.columns) {
      // A terminal that became narrower has broken the lines.
      const rowsOf = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
      const rows = this.#drawn.lines.reduce((sum, line) => sum + rowsOf(line), 0);
      process.stderr.write(`\x1b[${rows}A\r\x1b[J`);
      this.#update.done();
    } else this.#update.clear();
    this.#drawn = undefined;
  }
}
