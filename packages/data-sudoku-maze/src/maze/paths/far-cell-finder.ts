import { MazeCell } from '../maze';

/**
 * Finds cells that are many steps away, in many mazes of one size: the generator tries thousands of mazes. Uses
 * breadth-first search on a copy with a wall around it, so that no step checks for the border, and reuses its buffers.
 */
export class FarCellFinder {
  readonly #width: number;
  /** Row length of the copy. The wall at the right of a row is also the wall at the left of the next row. */
  readonly #stride: number;
  readonly #open: Uint8Array;
  /** Number of the last search that visited each cell. */
  readonly #visited: Int32Array;
  readonly #queue: Int32Array;
  #search = 0;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#stride = width + 1;
    const padded = this.#stride * (height + 2) + 1;
    this.#open = new Uint8Array(padded);
    this.#visited = new Int32Array(padded);
    this.#queue = new Int32Array(width * height);
  }

  /** Loads the maze for the next calls of `find`. */
  load(cells: Uint8Array): void {
    for (let cell = 0, row = 1; cell < cells.length; row++) {
      const at = row * this.#stride + 1;
      for (let column = 0; column < this.#width; column++) {
        this.#open[at + column] = cells[cell++] === MazeCell.wall ? 0 : 1;
      }
    }
  }

  /**
   * Finds the cells that are at least `minSteps` from a cell; none for a wall. Use the same `minSteps` until the next
   * `load`: connected parts that are too small are marked, and not searched again.
   */
  find(from: number, minSteps: number): number[] {
    const width = this.#width;
    const stride = this.#stride;
    const open = this.#open;
    const visited = this.#visited;
    const queue = this.#queue;
    const search = ++this.#search;
    const first = (Math.floor(from / width) + 1) * stride + 1 + (from % width);
    if (open[first] === 0) return [];
    queue[0] = first;
    visited[first] = search;
    let tail = 1;
    let firstFar = minSteps <= 0 ? 0 : -1;
    let steps = 1;
    for (let head = 0; head < tail; steps++) {
      const levelEnd = tail;
      if (steps === minSteps) firstFar = levelEnd;
      for (; head < levelEnd; head++) {
        const cell = queue[head]!;
        const up = cell - stride;
        const down = cell + stride;
        if (open[up] === 1 && visited[up] !== search) {
          visited[up] = search;
          queue[tail++] = up;
        }
        if (open[down] === 1 && visited[down] !== search) {
          visited[down] = search;
          queue[tail++] = down;
        }
        if (open[cell - 1] === 1 && visited[cell - 1] !== search) {
          visited[cell - 1] = search;
          queue[tail++] = cell - 1;
        }
        if (open[cell + 1] === 1 && visited[cell + 1] !== search) {
          visited[cell + 1] = search;
          queue[tail++] = cell + 1;
        }
      }
    }
    const far: number[] = [];
    if (firstFar < 0) {
      // No two of these cells are further apart than the path between them through the first cell.
      const farthest = steps - 2;
      if (2 * farthest < minSteps) for (let index = 0; index < tail; index++) open[queue[index]!] = 0;
      return far;
    }
    for (let index = firstFar; index < tail; index++) {
      const cell = queue[index]! - 1;
      far.push((Math.floor(cell / stride) - 1) * width + (cell % stride));
    }
    return far;
  }
}
