import { differentPuzzles, MANY_PUZZLES_OPTIONS, type ManyPuzzlesOptions } from '../different-puzzles';
import { expectCount, expectRandom } from '../expect-generator';
import { SeededRandom } from '@hrm/data';
import { expectOptions } from '@hrm/files/internal';
import { FarCellFinder } from './paths/far-cell-finder';
import { type Maze, MazeCell, type MazePuzzle } from './maze';
import { mazeClass } from './symmetry/maze-class';
import { formatMaze } from './maze-text';
import { drawPath, shortestPath } from './paths/shortest-path';

/** Options of {@link generateMaze}. */
export interface GenerateMazeOptions {
  /** Columns. Default 30. */
  width?: number;
  /** Rows. Default the width. */
  height?: number;
  /**
   * Fewest steps of the shortest path from S to G. A range `[least, most]` draws it for each maze, for mazes of many
   * difficulties. Default {@link hardPathLength} of the size.
   */
  minPathLength?: number | readonly [number, number];
  /**
   * Range of the probability that a cell is a wall, drawn for each maze. Default [0.3, 0.45]: generated 30x30 mazes
   * then have 37% walls on average, like the official ones.
   */
  wallShare?: readonly [number, number];
  /** Maximum number of mazes to try. Default 50,000. */
  maxAttempts?: number;
}

/**
 * Returns the path length of a hard maze: 109 steps for 30x30, the minimum of the official Maze-30x30-Hard. It grows
 * with the number of cells up to 30x30, and with the side beyond, where longer paths are too rare.
 *
 * @example
 * ```ts
 * import { hardPathLength } from '@hrm/data-sudoku-maze';
 *
 * console.log(hardPathLength(30, 30), hardPathLength(10, 10)); // 109 12
 * ```
 */
export function hardPathLength(width: number, height: number): number {
  const side = Math.sqrt(width * height);
  return Math.max(1, Math.round((109 / 900) * side * Math.min(side, 30)));
}

/** Starts with at least this many goals are always kept. A larger number is closer to a uniform draw, but slower. */
const GOALS_ALWAYS_KEPT = 30;
/** Number of starts tried in each maze. Drawing new walls costs more than a search. */
const STARTS_TRIED = 8;

const OPTIONS = [
  'width',
  'height',
  'minPathLength',
  'wallShare',
  'maxAttempts',
] satisfies (keyof GenerateMazeOptions)[];

type CheckedOptions = Required<GenerateMazeOptions> & { minPathLength: readonly [number, number] };

function checkOptions(options: GenerateMazeOptions): CheckedOptions {
  const width = options.width ?? 30;
  const height = options.height ?? width;
  const given = options.minPathLength ?? hardPathLength(width, height);
  const minPathLength: readonly [number, number] = typeof given === 'object' ? given : [given, given];
  const wallShare = options.wallShare ?? [0.3, 0.45];
  const maxAttempts = options.maxAttempts ?? 50_000;
  const isSide = (side: number) => Number.isInteger(side) && side >= 2 && side <= 1000;
  if (!isSide(width) || !isSide(height)) {
    throw new RangeError(`A maze is 2 to 1000 cells wide and high; got ${width} and ${height}.`);
  }
  const isLength = (steps: number) => Number.isInteger(steps) && steps >= 1 && steps < width * height;
  if (!(minPathLength.length === 2 && minPathLength.every(isLength) && minPathLength[0] <= minPathLength[1])) {
    throw new RangeError(
      `minPathLength must be an integer from 1 to ${width * height - 1} for ${width}x${height}, or [least, most] of such; ` +
        `got ${JSON.stringify(given)}.`,
    );
  }
  if (!(wallShare[0] >= 0 && wallShare[0] <= wallShare[1] && wallShare[1] < 1)) {
    throw new RangeError(`wallShare must be [least, most] with 0 <= least <= most < 1; got [${wallShare.join(', ')}].`);
  }
  return { width, height, minPathLength, wallShare, maxAttempts };
}

function randomWalls(random: SeededRandom, { width, height, wallShare }: CheckedOptions): Maze {
  const threshold = (wallShare[0] + random.uniform() * (wallShare[1] - wallShare[0])) * 2 ** 32;
  const cells = new Uint8Array(width * height);
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = random.nextUint32() < threshold ? MazeCell.wall : MazeCell.free;
  }
  return { width, height, cells };
}

function generateWith(random: SeededRandom, options: CheckedOptions): MazePuzzle {
  const { width, height, maxAttempts } = options;
  const [least, most] = options.minPathLength;
  const minPathLength = least === most ? least : least + random.integer(most - least + 1);
  const finder = new FarCellFinder(width, height);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const maze = randomWalls(random, options);
    const question = maze.cells;
    finder.load(question);
    for (let k = 0; k < STARTS_TRIED; k++) {
      const start = random.integer(question.length);
      const goals = finder.find(start, minPathLength);
      // Keep a start with few goals rarely, as if start and goal were drawn at random, as in the official mazes.
      if (random.integer(GOALS_ALWAYS_KEPT) >= goals.length) continue;
      question[start] = MazeCell.start;
      question[goals[random.integer(goals.length)]!] = MazeCell.goal;
      return { width, height, question, answer: drawPath(question, shortestPath(maze)!) };
    }
  }
  throw new RangeError(
    `Found no ${width}x${height} maze whose shortest path has ${minPathLength} steps in ${maxAttempts} tries. ` +
      'Lower minPathLength, or raise maxAttempts.',
  );
}

/**
 * Generates a maze like those of the official Maze-30x30-Hard: random walls, a random S, and a random G at least
 * `minPathLength` steps away. The answer is the path of {@link shortestPath}, by the official rule.
 *
 * @throws RangeError for sizes, lengths or shares out of range, or if no maze with so long a path was found.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { drawMaze, generateMaze } from '@hrm/data-sudoku-maze';
 *
 * const { width, height, question, answer } = generateMaze(new SeededRandom(0), { width: 12, minPathLength: 20 });
 * console.log(drawMaze({ width, height, cells: question }, { prediction: answer }));
 * ```
 */
export function generateMaze(random: SeededRandom, options: GenerateMazeOptions = {}): MazePuzzle {
  expectRandom('generateMaze', random);
  expectOptions('generateMaze', options, OPTIONS);
  return generateWith(random, checkOptions(options));
}

/**
 * Generates different mazes, none of which equals a maze of `exclude` up to rotation and reflection (see
 * {@link mazeClass}). Exclude the training mazes to get a held-out set that training does not contain, even with
 * augmentation.
 *
 * @param options those of {@link generateMaze}; `count`: number of mazes; `seed`: default 0; `exclude`: default none;
 *   `excludeEquals`: also exclude rotated and reflected mazes, default true; `onProgress`: called with the number of
 *   mazes, after each.
 * @throws RangeError as {@link generateMaze}, and if there are too few different mazes.
 *
 * @example
 * ```ts
 * import { generateMazePuzzles } from '@hrm/data-sudoku-maze';
 *
 * const train = generateMazePuzzles({ width: 8, count: 100, seed: 0 });
 * const test = generateMazePuzzles({ width: 8, count: 20, seed: 1, exclude: train });
 * console.log(train.length, test.length);
 * ```
 */
export function generateMazePuzzles(
  options: GenerateMazeOptions & ManyPuzzlesOptions<Omit<MazePuzzle, 'answer'>>,
): MazePuzzle[] {
  expectOptions('generateMazePuzzles', options, [...OPTIONS, ...MANY_PUZZLES_OPTIONS]);
  expectCount('generateMazePuzzles', options.count);
  const checked = checkOptions(options);
  const random = new SeededRandom(options.seed ?? 0);
  const excludeEquals = options.excludeEquals ?? true;
  return differentPuzzles(options, {
    make: () => generateWith(random, checked),
    keyOf: ({ question }) => question.join(''),
    classOf: ({ width, height, question }) =>
      excludeEquals
        ? mazeClass({ width, height, cells: question })
        : formatMaze({ width, height, cells: question }, { rows: true }),
    name: 'mazes',
    advice: 'Use larger mazes, or lower the count.',
  });
}
