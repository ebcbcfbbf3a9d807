import type { PathPoint } from './thought';

/** At most this many numbers of a latent take part in its path. */
const MOST_COORDINATES = 4096;

/** Picks the same evenly spread numbers of every state of a latent. */
export function pickCoordinates(latent: Float32Array): Float32Array {
  const stride = Math.max(1, Math.ceil(latent.length / MOST_COORDINATES));
  return Float32Array.from({ length: Math.floor(latent.length / stride) }, (_, i) => latent[i * stride]!);
}

/**
 * Principal component analysis: projects states onto the two directions in which they vary most. Computed from the
 * products of the centred states with each other, because there are far fewer states than coordinates.
 *
 * @param states vectors of one length.
 * @param before the points of earlier states. Each axis is turned to agree with them, so that the picture does not flip.
 */
export function principalPath(states: readonly Float32Array[], before: readonly PathPoint[] = []): PathPoint[] {
  const products = centredProducts(states);
  const axes = [0, 1].map((axis) => {
    const { vector, value } = largestEigenvector(products);
    removeDirection(products, vector, value);
    const points = vector.map((entry) => entry * Math.sqrt(Math.max(0, value)));
    const agreement = before.reduce((sum, point, i) => sum + point[axis]! * points[i]!, 0);
    return agreement < 0 ? points.map((entry) => -entry) : points;
  });
  return states.map((_, i) => [axes[0]![i]!, axes[1]![i]!] as const);
}

function centredProducts(states: readonly Float32Array[]): number[][] {
  const products = states.map((a) => states.map((b) => a.reduce((sum, entry, i) => sum + entry * b[i]!, 0)));
  const means = products.map((row) => row.reduce((sum, entry) => sum + entry, 0) / states.length);
  const mean = means.reduce((sum, entry) => sum + entry, 0) / states.length;
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
