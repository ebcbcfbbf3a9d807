import { SeededRandom } from '@hrm/data';
import { FarCellFinder } from './paths/far-cell-finder';
import { type Maze, MazeCell, type MazePuzzle } from './maze';
import { mazeClass } from './symmetry/maze-class';
import { formatMaze } from './maze-text';
import { drawPath, shortestPath } from './paths/shortest-path';

/** What kind of maze to generate. */
export interface GenerateMazeOptions {
  /** Columns. Default 30. */
  width?: number;
  /** Rows. Default the width. */
  height?: number;
  /** Fewest steps of the shortest path from S to G. Default {@link hardPathLength} of the size. */
  minPathLength?: number;
  /**
   * Each cell is a wall with a probability drawn for the maze from this range. Default [0.3, 0.45]: kept mazes of 30x30
   * have then 37% walls in the mean, as the official ones.
   */
  wallShare?: readonly [number, number];
  /** Mazes tried before giving up on the path length. Default 50,000. */
  maxAttempts?: number;
}

/**
 * The path length that makes a maze hard: 109 steps for 30x30, the fewest of the official Maze-30x30-Hard. Smaller mazes
 * keep its ratio to the number of cells, larger ones its ratio to the side: longer paths are too rare to be found.
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

/** Drawing both ends blindly would be more exact with a larger number here, and slower. */
const GOALS_ALWAYS_KEPT = 30;
/** Drawing walls costs more than a search, and so few starts do that this changes nothing in what is kept. */
const STARTS_TRIED = 8;

function checkOptions(options: GenerateMazeOptions): Required<GenerateMazeOptions> {
  const width = options.width ?? 30;
  const height = options.height ?? width;
  const minPathLength = options.minPathLength ?? hardPathLength(width, height);
  const wallShare = options.wallShare ?? [0.3, 0.45];
  const maxAttempts = options.maxAttempts ?? 50_000;
  const isSide = (side: number) => Number.isInteger(side) && side >= 2 && side <= 1000;
  if (!isSide(width) || !isSide(height)) {
    throw new RangeError(`A maze is 2 to 1000 cells wide and high; got ${width} and ${height}.`);
  }
  if (!(Number.isInteger(minPathLength) && minPathLength >= 1 && minPathLength < width * height)) {
    throw new RangeError(
      `minPathLength must be an integer of 1 to ${width * height - 1} for ${width}x${height}; got ${minPathLength}.`,
    );
  }
  if (!(wallShare[0] >= 0 && wallShare[0] <= wallShare[1] && wallShare[1] < 1)) {
    throw new RangeError(`wallShare must be [least, most] with 0 <= least <= most < 1; got [${wallShare.join(', ')}].`);
  }
  return { width, height, minPathLength, wallShare, maxAttempts };
}

function randomWalls(random: SeededRandom, { width, height, wallShare }: Required<GenerateMazeOptions>): Maze {
  const threshold = (wallShare[0] + random.uniform() * (wallShare[1] - wallShare[0])) * 2 ** 32;
  const cells = new Uint8Array(width * height);
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = random.nextUint32() < threshold ? MazeCell.wall : MazeCell.free;
  }
  return { width, height, cells };
}

function generateWith(random: SeededRandom, options: Required<GenerateMazeOptions>): MazePuzzle {
  const { width, height, minPathLength, maxAttempts } = options;
  const finder = new FarCellFinder(width, height);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const maze = randomWalls(random, options);
    const question = maze.cells;
    finder.load(question);
    for (let k = 0; k < STARTS_TRIED; k++) {
      const start = random.integer(question.length);
      const goals = finder.find(start, minPathLength);
      // A start with few goals is kept as seldom as if both had been drawn at random, as in the official mazes.
      if (random.integer(GOALS_ALWAYS_KEPT) >= goals.length) continue;
      question[start] = MazeCell.start;
      question[goals[random.integer(goals.length)]!] = MazeCell.goal;
      return { width, height, question, answer: drawPath(question, shortestPath(maze)!) };
    }
  }
  throw new RangeError(
    `Found no ${width}x${height} maze whose shortest path has ${minPathLength} steps in ${maxAttempts} tries. ` +
      'Ask for a smaller minPathLength, or raise maxAttempts.',
  );
}

/**
 * Generates a maze as the official Maze-30x30-Hard has them: walls at random places, S anywhere, G anywhere that is
 * `minPathLength` steps away, and as the answer the shortest path that {@link shortestPath} chooses, by the official rule.
 *
 * @throws RangeError for sizes, lengths or shares out of range, or when no maze with so long a path was found.
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
  return generateWith(random, checkOptions(options));
}

/**
 * Generates mazes that differ from each other, and of which none equals one of `exclude`, not even rotated or reflected
 * (see {@link mazeClass}): pass the training mazes there to get a held-out set that is unseen even where training augments.
 *
 * @param options as for {@link generateMaze}; `count`: how many; `seed`: default 0; `exclude`: default none;
 *   `excludeEquals`: exclude them rotated and reflected too, default true.
 * @throws RangeError as {@link generateMaze}, and when there are too few different mazes.
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
  options: GenerateMazeOptions & {
    count: number;
    seed?: number;
    exclude?: Iterable<Omit<MazePuzzle, 'answer'>>;
    excludeEquals?: boolean;
  },
): MazePuzzle[] {
  const checked = checkOptions(options);
  const random = new SeededRandom(options.seed ?? 0);
  const classOf = ({ width, height, question }: Omit<MazePuzzle, 'answer'>) =>
    (options.excludeEquals ?? true)
      ? mazeClass({ width, height, cells: question })
      : formatMaze({ width, height, cells: question }, { rows: true });
  const excluded = new Set<string>();
  for (const maze of options.exclude ?? []) excluded.add(classOf(maze));
  const seen = new Set<string>();
  const puzzles: MazePuzzle[] = [];
  // With the seed of the excluded puzzles, all of these come again first.
  let repeats = 0;
  while (puzzles.length < options.count) {
    const puzzle = generateWith(random, checked);
    const key = puzzle.question.join('');
    if (!seen.has(key) && !(excluded.size > 0 && excluded.has(classOf(puzzle)))) {
      seen.add(key);
      puzzles.push(puzzle);
      repeats = 0;
    } else if (++repeats >= 1000 + seen.size + excluded.size) {
      const unlike = excluded.size > 0 ? `, none of them equal to an excluded one` : '';
      throw new RangeError(
        `Found only ${puzzles.length} different mazes of the ${options.count} asked for${unlike}. ` +
          'Ask for larger ones, or for fewer.',
      );
    }
  }
  return puzzles;
}
