import type { Task, TaskPicture } from '@hrm/data';
import type { TensorBoardImage } from '@hrm/files';
import { encode } from 'fast-png';
import type { AnsweredPuzzle } from '../failed-puzzles';
import { GLYPH, glyphOf } from './glyphs';

type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const LINE: Colour = [200, 200, 205];
const BOX: Colour = [40, 42, 54];
const INK: Colour = [25, 28, 40];
const PREDICTED: Colour = [29, 99, 196];
const WRONG: Colour = [248, 180, 180];
/** The colours 0 to 9 of ARC. */
const COLOURS = [
  '000000',
  '0074d9',
  'ff4136',
  '2ecc40',
  'ffdc00',
  'aaaaaa',
  'f012be',
  'ff851b',
  '7fdbff',
  '870c25',
].map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour);
const MAZE: Readonly<Record<string, Colour>> = { '#': [34, 34, 34], o: [127, 178, 255] };

/** About how many pixels wide a board is. */
const BOARD_PIXELS = 220;
/** Characters of a row of text. */
const TEXT_COLUMNS = 24;

/** The picture of tokens. Of a task without pictures: its text, in rows. */
function pictureOf(task: Task, tokens: readonly number[]): TaskPicture {
  const picture = task.picture?.(tokens);
  if (picture) return picture;
  const characters = Array.from(task.decode(tokens));
  const rows = Array.from({ length: Math.ceil(characters.length / TEXT_COLUMNS) }, (_, row) =>
    characters.slice(row * TEXT_COLUMNS, (row + 1) * TEXT_COLUMNS),
  );
  return { style: 'symbols', rows: rows.length > 0 ? rows : [['']] };
}

/** Pixels to draw on. */
class Canvas {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(width * height * 3).fill(255);
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = y; row < Math.min(y + height, this.height); row++)
      for (let column = x; column < Math.min(x + width, this.width); column++)
        this.data.set(colour, 3 * (row * this.width + column));
  }
}

/** Draws a puzzle: the question, the model's answer with wrong cells on red, and the right answer. */
export function puzzleImage(task: Task, { question, answer, prediction }: AnsweredPuzzle): TensorBoardImage {
  const given = pictureOf(task, question);
  const right = pictureOf(task, answer);
  const boards = [given, pictureOf(task, prediction), right];
  const columns = Math.max(1, ...boards.flatMap(({ rows }) => rows.map((row) => row.length)));
  const rows = Math.max(...boards.map((board) => board.rows.length));
  const cell = Math.max(7, Math.min(28, Math.floor(BOARD_PIXELS / columns)));
  const canvas = new Canvas(3 * columns * cell + 2 * cell + 1, rows * cell + 1);
  boards.forEach((board, place) => {
    const left = place * (columns + 1) * cell;
    drawBoard(canvas, board, left, cell, { given, right: place === 1 ? right : undefined });
  });
  const { width, height, data } = canvas;
  return { kind: 'image', width, height, png: encode({ width, height, data, channels: 3, depth: 8 }) };
}

function drawBoard(
  canvas: Canvas,
  { style, rows, boxes }: TaskPicture,
  left: number,
  cell: number,
  { given, right }: { given: TaskPicture; right: TaskPicture | undefined },
): void {
  rows.forEach((row, y) =>
    row.forEach((text, x) => {
      const isWrong = right !== undefined && (right.rows[y]?.[x] ?? '').trim() !== text.trim();
      const fill = style === 'colours' ? COLOURS[Number(text) % 10] : style === 'maze' ? MAZE[text] : undefined;
      const [atX, atY] = [left + x * cell, y * cell];
      canvas.fill(atX, atY, cell + 1, cell + 1, LINE);
      canvas.fill(atX + 1, atY + 1, cell - 1, cell - 1, isWrong ? WRONG : (fill ?? WHITE));
      // A wrong cell keeps its colour in its middle.
      const inset = Math.ceil(cell / 4);
      if (isWrong && fill) canvas.fill(atX + inset, atY + inset, cell + 1 - 2 * inset, cell + 1 - 2 * inset, fill);
      const hasText = text.trim() !== '' && fill === undefined && style !== 'colours';
      const isGiven = given.rows[y]?.[x] === text;
      if (hasText) drawText(canvas, text.trim(), { x: atX, y: atY, cell, colour: isGiven ? INK : PREDICTED });
    }),
  );
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (!boxes) return;
  for (let y = 0; y <= rows.length; y += boxes.rows) canvas.fill(left, y * cell, columns * cell + 1, 1, BOX);
  for (let x = 0; x <= columns; x += boxes.columns) canvas.fill(left + x * cell, 0, 1, rows.length * cell + 1, BOX);
}

/** Draws text in the middle of the cell whose corner is at `x` and `y`, as large as it fits. */
function drawText(
  canvas: Canvas,
  text: string,
  { x, y, cell, colour }: { x: number; y: number; cell: number; colour: Colour },
): void {
  const characters = Array.from(text);
  const width = characters.length * (GLYPH.columns + 1) - 1;
  const dot = Math.max(1, Math.floor(Math.min((cell - 2) / width, (cell - 2) / (GLYPH.rows + 1))));
  const [left, top] = [x + Math.ceil((cell - width * dot) / 2), y + Math.ceil((cell - GLYPH.rows * dot) / 2)];
  characters.forEach((character, index) =>
    glyphOf(character).forEach((line, row) =>
      Array.from(line).forEach((mark, column) => {
        const at = left + (index * (GLYPH.columns + 1) + column) * dot;
        if (mark === '#') canvas.fill(at, top + row * dot, dot, dot, colour);
      }),
    ),
  );
}
