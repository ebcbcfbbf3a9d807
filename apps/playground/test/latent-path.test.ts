import { expect, test } from 'vitest';
import { pickCoordinates, principalPath } from '../src/engine/latent-path';

/** Points of a plane in a space of many dimensions, spanned by two directions at a right angle. */
const inSpace = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y]) => Float32Array.from({ length: 60 }, (_, i) => 5 + (i % 2 === 0 ? x : y) / Math.sqrt(30)));

test('the path keeps the distances of states that lie in a plane, widest direction first', () => {
  const points = [
    [-3, 0],
    [3, 0.5],
    [0, -1],
    [-1, 0.5],
  ] as const;
  const path = principalPath(inSpace(points));
  const distance = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]) => Math.hypot(a - c, b - d);
  for (const [i, a] of points.entries()) {
    for (const [j, b] of points.entries()) expect(distance(path[i]!, path[j]!)).toBeCloseTo(distance(a, b), 3);
  }
  const spread = (axis: 0 | 1) => path.reduce((sum, point) => sum + point[axis] ** 2, 0);
  expect(spread(0)).toBeGreaterThan(spread(1));
});

test('a longer path is not mirrored', () => {
  const states = inSpace([
    [0, 0],
    [2, 1],
    [3, -1],
    [5, 0],
  ]);
  const before = principalPath(states.slice(0, 3));
  const mirrored = before.map(([x, y]) => [-x, -y] as const);
  const after = principalPath(states, before);
  expect(principalPath(states, mirrored)[0]![0]).toBeCloseTo(-after[0]![0], 6);
});

test('states that are all equal make a point, and large latents are thinned out', () => {
  expect(
    principalPath(
      inSpace([
        [1, 1],
        [1, 1],
      ]),
    ).flat(),
  ).toEqual([0, 0, 0, 0]);
  const picked = pickCoordinates(Float32Array.from({ length: 10_000 }, (_, i) => i));
  expect([picked.length, picked[1], picked.at(-1)]).toEqual([3333, 3, 9996]);
});
