import { defineTask, invalid, PuzzleTextError, type Task, VALID } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { BLANK, colorings, EDGE, NO_EDGE } from './colorings';
import { drawSymbols } from './draw-board';
import { changedCells, countAnswers, revealUntilOneAnswer } from './one-answer';

/**
 * Graph colouring: two vertices with an edge between them have different colours. The model sees the matrix of edges
 * (`#` edge, `-` none) with the colours of the vertices on the diagonal (`1`, `2`, ..., or `.` if not known), and
 * completes the diagonal. `verify` accepts every colouring; generated questions have only one. One vertex determines
 * the next, along the edges: larger graphs need more steps.
 *
 * With 5 vertices there are 1,233 different questions, with 8 more than 100,000.
 *
 * @param options `vertices`, 3 to 12, default 8; `colors`, 2 to 6, default 3; `degree`: edges of a vertex on average,
 *   1 to 11, default 3. Vertices of the same colour have no edge between them, so a small graph has fewer.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { coloringTask } from '@hrm/data-small-tasks';
 *
 * const coloring = coloringTask({ vertices: 3, colors: 2 });
 * const question = coloring.encode('1#- #.# -#.'); // a path of three vertices
 * console.log(coloring.decode(coloring.examine(question).answer!)); // 1#- #2# -#1
 * ```
 */
export function coloringTask(options: { vertices?: number; colors?: number; degree?: number } = {}): Task {
  const { vertices, colors, degree } = withDefaults('coloring', options);
  const symbols = '-#.123456'.slice(0, BLANK + colors);
  const length = vertices ** 2;
  const matrix = fixedText({ alphabet: symbols, length, columns: vertices, expected: `a matrix of ${length} cells` });
  const diagonal = Array.from({ length: vertices }, (_, vertex) => vertex * (vertices + 1));
  const solve = (question: ArrayLike<number>, limit: number) => colorings(question, vertices, colors, limit);
  const colorTokens = Array.from({ length: colors }, (_, color) => BLANK + 1 + color);
  const verify: NonNullable<Task['verify']> = (question, answer) => {
    const changed = changedCells(question, answer, (token) => token === BLANK, colorTokens);
    if (changed.length > 0) return invalid('leaves a vertex without a colour, or changes the question', changed);
    const wrong = diagonal.filter((a, row) =>
      diagonal.some((b, column) => a !== b && answer[row * vertices + column] === EDGE && answer[a] === answer[b]),
    );
    return wrong.length === 0 ? VALID : invalid('an edge joins vertices of the same colour', wrong);
  };
  return defineTask({
    ...matrix,
    name: `colouring of graphs with ${vertices} vertices`,
    encode: (text) => {
      const tokens = Array.from(matrix.encode(text));
      tokens.forEach((token, cell) => {
        const [row, column] = [Math.floor(cell / vertices), cell % vertices];
        const place = `row ${row + 1}, column ${column + 1}`;
        if (token < BLANK === (row === column)) {
          throw new PuzzleTextError(`${place}: expected ${row === column ? 'a colour or .' : '# or -'}.`);
        }
        if (tokens[column * vertices + row] !== token) {
          throw new PuzzleTextError(
            `${place}: differs from row ${column + 1}, column ${row + 1}; edges join both ways.`,
          );
        }
      });
      return tokens;
    },
    draw: drawSymbols(symbols, vertices, verify),
    verify,
    examine: (question) => countAnswers(question, solve),
    generate: (random) => {
      const answer = new Int32Array(vertices * vertices).fill(NO_EDGE);
      for (const cell of diagonal) answer[cell] = colorTokens[random.integer(colors)]!;
      const chance = degree / ((vertices - 1) * (1 - 1 / colors));
      for (let a = 0; a < vertices; a++) {
        for (let b = 0; b < a; b++) {
          if (answer[diagonal[a]!] === answer[diagonal[b]!] || random.uniform() >= chance) continue;
          answer[a * vertices + b] = answer[b * vertices + a] = EDGE;
        }
      }
      const blank = answer.map((token) => (token > BLANK ? BLANK : token));
      return { input: revealUntilOneAnswer({ blank, answer, solve, random }), output: answer };
    },
  });
}
