import type { PathPoint } from './thought';

/** The path of a latent through its states, in two dimensions. */
export interface LatentPath {
  /** Adds a state: as many numbers each time. */
  add(state: Float32Array): void;
  /**
   * Principal component analysis: the states so far, projected onto the two directions in which they vary most. An axis
   * points as it did the last time, so that the picture does not flip.
   */
  points(): PathPoint[];
}

/** Makes a path without a state. */
export function latentPath(): LatentPath {
  const states: Float32Array[] = [];
  /** Products of the states with each other: there are far fewer states than numbers in them. */
  const products: number[][] = [];
  let before: readonly PathPoint[] = [];
  return {
    add: (state) => void states.push(state),
    points() {
      for (let i = products.length; i < states.length; i++) {
        products.push(states.slice(0, i + 1).map((other) => dot(states[i]!, other)));
        for (let j = 0; j < i; j++) products[j]!.push(products[i]![j]!);
      }
      const points = principalAxes(centred(products), before);
      before = points;
      return points;
    },
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function principalAxes(products: number[][], before: readonly PathPoint[]): PathPoint[] {
  const axes = [0, 1].map((axis) => {
    const { vector, value } = largestEigenvector(products);
    removeDirection(products, vector, value);
    const points = vector.map((entry) => entry * Math.sqrt(Math.max(0, value)));
    const agreement = before.reduce((sum, point, i) => sum + point[axis]! * points[i]!, 0);
    return agreement < 0 ? points.map((entry) => -entry) : points;
  });
  return products.map((_, i) => [axes[0]![i]!, axes[1]![i]!] as const);
}

/** The products of the states' differences from their mean. */
function centred(products: readonly number[][]): number[][] {
  const means = products.map((row) => row.reduce((sum, entry) => sum + entry, 0) / products.length);
  const mean = means.reduce((sum, entry) => sum + entry, 0) / products.length;
  return products.map((row, i) => row.map((entry, j) => entry - means[i]! - means[j]! + mean));
}

/** By power iteration. */
function largestEigenvector(matrix: readonly number[][]): { vector: number[]; value: number } {
  let vector = matrix.map((_, i) => Math.cos(1 + i * 1.7));
  let value = 0;
  for (let iteration = 0; iteration < 60; iteration++) {
    const next = matrix.map((row) => row.reduce((sum, entry, j) => sum + entry * vector[j]!, 0));
    value = Math.hypot(...next);
    if (value < 1e-12) return { vector: matrix.map(() => 0), value: 0 };
    vector = next.map((entry) => entry / value);
  }
  return { vector, value };
}

function removeDirection(matrix: number[][], vector: readonly number[], value: number): void {
  for (const [i, row] of matrix.entries()) for (const j of row.keys()) row[j]! -= value * vector[i]! * vector[j]!;
}
