import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  formatMaze,
  generateMaze,
  generateMazePuzzles,
  hardPathLength,
  type Maze,
  MazeCell,
  mazeDistances,
  parseMaze,
  shortestPath,
  verifyMaze,
} from '../src/index';
import { drawPath } from '../src/maze/paths/shortest-path';
import { FarCellFinder } from '../src/maze/paths/far-cell-finder';
import { testLines } from './testdata';

const rows = (...lines: string[]): Maze => parseMaze(lines.join('\n'));

/** Distances by relaxing every cell until nothing changes: slow, and nothing like breadth-first search. */
function relaxedDistances({ width, height, cells }: Maze, from: number): number[] {
  const distances = new Array<number>(cells.length).fill(Infinity);
  if (cells[from] !== MazeCell.wall) distances[from] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const cell = row * width + column;
        if (cells[cell] === MazeCell.wall) continue;
        const around = [
          row > 0 ? distances[cell - width]! : Infinity,
          row < height - 1 ? distances[cell + width]! : Infinity,
          column > 0 ? distances[cell - 1]! : Infinity,
          column < width - 1 ? distances[cell + 1]! : Infinity,
        ];
        const nearest = Math.min(...around) + 1;
        if (nearest < distances[cell]!) {
          distances[cell] = nearest;
          changed = true;
        }
      }
    }
  }
  return distances.map((distance) => (distance === Infinity ? -1 : distance));
}

/** Random walls with S and G somewhere; they need not be connected. */
const anyMaze = fc
  .record({ width: fc.integer({ min: 2, max: 9 }), height: fc.integer({ min: 2, max: 9 }), seed: fc.maxSafeInteger() })
  .map(({ width, height, seed }): Maze => {
    const random = new SeededRandom(seed);
    const cells = Uint8Array.from({ length: width * height }, () => (random.integer(3) === 0 ? 0 : 1));
    const [start, goal] = random.permutation(cells.length);
    cells[start!] = MazeCell.start;
    cells[goal!] = MazeCell.goal;
    return { width, height, cells };
  });

describe('distances and shortest paths', () => {
  it('are those of a slow method', () => {
    fc.assert(
      fc.property(anyMaze, (maze) => {
        const start = maze.cells.indexOf(MazeCell.start);
        const goal = maze.cells.indexOf(MazeCell.goal);
        const expected = relaxedDistances(maze, start);
        expect([...mazeDistances(maze, start)]).toEqual(expected);
        const path = shortestPath(maze);
        if (expected[goal] === -1) expect(path).toBeUndefined();
        else {
          expect(path).toHaveLength(expected[goal]! + 1);
          expect([path![0], path!.at(-1)]).toEqual([start, goal]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('take the first of down, left, right, up that comes closer to G', () => {
    const path = (...lines: string[]) => shortestPath(rows(...lines))!.join();
    expect(path('S  ', '   ', '  G')).toBe('0,3,6,7,8');
    expect(path('  S', '   ', 'G  ')).toBe('2,5,8,7,6');
    expect(path('G  ', '   ', '  S')).toBe('8,7,6,3,0');
    expect(path('  G', '   ', 'S  ')).toBe('6,7,8,5,2');
    const { width, height, question, answer } = generateMaze(new SeededRandom(1), { width: 12 });
    expect(drawPath(question, shortestPath({ width, height, cells: question })!)).toEqual(answer);
    // Another one is at random.
    const open = rows('S  ', '   ', '  G');
    const drawn = Array.from({ length: 40 }, (_, seed) => shortestPath(open, new SeededRandom(seed))!.join());
    expect(new Set(drawn).size).toBe(6);
  });

  it('do not wrap around the sides', () => {
    expect(shortestPath(rows('  S', '###', 'G  '))).toBeUndefined();
    expect([...mazeDistances(rows('S #', '## ', 'G  '), 0)]).toEqual([0, 1, -1, -1, -1, -1, -1, -1, -1]);
  });

  it('need one S, one G and cells that fit', () => {
    expect(() => shortestPath(rows('S ', '  '))).toThrow(/has no G/);
    expect(() => shortestPath(rows('SG', 'S '))).toThrow(/one S; got one in cell 0 and one in cell 2/);
    expect(() => shortestPath({ width: 3, height: 3, cells: new Uint8Array(4) })).toThrow(/9 cells; got 4/);
    expect(() => mazeDistances(rows('SG', '  '), 4)).toThrow(/0 to 3; got 4/);
  });
});

describe('the search for far cells', () => {
  it('finds the cells that are so far away, from every cell of one maze after another', () => {
    const finders = new Map<string, FarCellFinder>();
    fc.assert(
      fc.property(anyMaze, fc.integer({ min: 1, max: 25 }), (maze, minSteps) => {
        const size = `${maze.width}x${maze.height}`;
        const finder = finders.get(size) ?? new FarCellFinder(maze.width, maze.height);
        finders.set(size, finder);
        finder.load(maze.cells);
        for (let from = 0; from < maze.cells.length; from++) {
          const distances = mazeDistances(maze, from);
          const expected = [...distances.keys()].filter((cell) => distances[cell]! >= minSteps);
          expect(finder.find(from, minSteps).toSorted((a, b) => a - b)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('verifyMaze', () => {
  const question = rows('S  ', '   ', '  G');
  const verdict = (...lines: string[]) => verifyMaze(question, rows(...lines).cells);

  it('accepts each of several shortest paths', () => {
    expect(verdict('Soo', '  o', '  G')).toEqual({ valid: true, wrongCells: [] });
    expect(verdict('S  ', 'oo ', ' oG').valid).toBe(true);
  });

  it.each([
    ['a gap', ['S o', '  o', '  G'], /do not lead/],
    ['nothing marked', ['S  ', '   ', '  G'], /do not lead/],
    ['a needless mark', ['Soo', '  o', 'o G'], /4 cells are marked, a shortest path has 3/],
    ['a changed cell', ['Soo', ' #o', '  G'], /changed in row 2, column 2/],
    ['a moved goal', ['Soo', '  o', '  o'], /changed in row 3, column 3/],
  ])('rejects %s', (_name, lines, reason) => {
    const { valid, reason: found } = verdict(...lines);
    expect(valid).toBe(false);
    expect(found).toMatch(reason);
  });

  it('rejects a path that is too long, and other lengths', () => {
    const open = rows('S G', '   ');
    expect(verifyMaze(open, rows('S G', 'ooo').cells).reason).toMatch(/4 steps, the shortest 2/);
    expect(verifyMaze(open, [1]).reason).toMatch(/1 cells, the question 6/);
  });

  it('rejects every change of one cell of an answer', () => {
    const maze = generateMaze(new SeededRandom(0), { width: 8 });
    const asked = { ...maze, cells: maze.question };
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 0, max: 6 }), (cell, value) => {
        const changed = maze.answer.slice();
        fc.pre(changed[cell] !== value);
        changed[cell] = value;
        expect(verifyMaze(asked, changed).valid).toBe(false);
      }),
    );
  });

  it('accepts the answers of Maze-30x30-Hard, which are the paths by our rule, none shorter than 109 steps', () => {
    const lines = testLines('maze-30x30-hard-10.csv').slice(1);
    expect(lines).toHaveLength(10);
    for (const line of lines) {
      const [, asked, answer] = line.split(',');
      expect(verifyMaze(parseMaze(asked!), parseMaze(answer!).cells)).toEqual({ valid: true, wrongCells: [] });
      const path = shortestPath(parseMaze(asked!))!;
      expect(path.length - 1).toBeGreaterThanOrEqual(hardPathLength(30, 30));
      expect(drawPath(parseMaze(asked!).cells, path)).toEqual(parseMaze(answer!).cells);
    }
  });
});

describe('the generator', () => {
  it('makes mazes of any size whose answer is a shortest path that is long enough', () => {
    const side = fc.integer({ min: 2, max: 14 });
    fc.assert(
      fc.property(side, side, fc.maxSafeInteger(), (width, height, seed) => {
        const puzzle = generateMaze(new SeededRandom(seed), { width, height });
        const maze = { width, height, cells: puzzle.question };
        expect([puzzle.width, puzzle.height]).toEqual([width, height]);
        expect(verifyMaze(maze, puzzle.answer)).toEqual({ valid: true, wrongCells: [] });
        const marked = puzzle.answer.filter((value) => value === MazeCell.path).length;
        expect(marked + 1).toBeGreaterThanOrEqual(hardPathLength(width, height));
      }),
    );
  });

  it('makes them like the official ones: as long, and with as many walls', () => {
    const walls: number[] = [];
    const lengths: number[] = [];
    const random = new SeededRandom(0);
    for (let k = 0; k < 20; k++) {
      const { question, answer } = generateMaze(random);
      walls.push(question.filter((value) => value === MazeCell.wall).length / 900);
      lengths.push(answer.filter((value) => value === MazeCell.path).length + 1);
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(109);
    // The thousand official training mazes have 0.371 walls and 114 steps in the mean.
    expect(Math.abs(mean(walls) - 0.371)).toBeLessThan(0.03);
    expect(Math.abs(mean(lengths) - 114)).toBeLessThan(6);
  });

  it('draws the least length of each maze from a range', () => {
    const lengths = generateMazePuzzles({ width: 6, minPathLength: [2, 12], count: 200 }).map(
      ({ answer }) => answer.filter((value) => value === MazeCell.path).length + 1,
    );
    expect(Math.min(...lengths)).toBeLessThan(5);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2);
    expect(lengths.filter((length) => length >= 9).length).toBeGreaterThan(40);
    const fixed = { width: 6, count: 5 };
    const same = generateMazePuzzles({ ...fixed, minPathLength: [7, 7] });
    expect(same).toEqual(generateMazePuzzles({ ...fixed, minPathLength: 7 }));
  });

  it('is repeatable, different for another seed, and repeats none', () => {
    const mazes = (seed: number) => generateMazePuzzles({ width: 4, minPathLength: 3, count: 200, seed });
    const keys = (seed: number) => mazes(seed).map(({ question }) => question.join(''));
    expect(keys(0)).toEqual(keys(0));
    expect(keys(0)).not.toEqual(keys(1));
    const held = generateMazePuzzles({ width: 4, minPathLength: 3, count: 100, seed: 0, exclude: mazes(0) });
    expect(new Set([...keys(0), ...held.map(({ question }) => question.join(''))]).size).toBe(300);
  });

  it.each([
    [{ width: 1 }, /2 to 1000 cells/],
    [{ width: 5, minPathLength: 25 }, /1 to 24 for 5x5, or \[least, most\] of such; got 25/],
    [{ width: 5, minPathLength: [8, 4] }, /got \[8,4\]/],
    [{ width: 5, minPathLength: [4, 8.5] }, /got \[4,8.5\]/],
    [{ wallShare: [0.5, 0.4] }, /wallShare/],
    [{ width: 5, minPathLength: 24, maxAttempts: 10 }, /Found no 5x5 maze whose shortest path has 24 steps in 10/],
  ])('refuses %j', (options, message) => {
    expect(() => generateMaze(new SeededRandom(0), options as never)).toThrow(message);
  });
});

describe('maze text', () => {
  it('survives being written and read, on one line and in rows', () => {
    fc.assert(
      fc.property(anyMaze, (maze) => {
        expect(parseMaze(formatMaze(maze), { width: maze.width })).toEqual(maze);
        expect(parseMaze(formatMaze(maze, { rows: true }))).toEqual(maze);
        expect(parseMaze(formatMaze(maze, { rows: true }).replaceAll('\n', '\r\n') + '\r\n')).toEqual(maze);
      }),
    );
  });

  it('says what is wrong', () => {
    expect(() => parseMaze('S.#G')).toThrow(/Unexpected "\." in cell 1/);
    expect(() => parseMaze('S G')).toThrow(/3 cells, which is not a square/);
    expect(() => parseMaze('S G ', { width: 3 })).toThrow(/whole rows of 3 cells; got 4/);
    expect(() => parseMaze('S  \nG \n   ')).toThrow(/3 cells in each row; row 2 has 2/);
    expect(() => parseMaze('')).toThrow();
  });
});
