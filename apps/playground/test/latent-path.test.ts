import { expect, test } from 'vitest';
import { latentPath } from '../src/engine/latent-path';
import type { PathPoint } from '../src/engine/thought';

/** Points of a plane in a space of many dimensions, spanned by two directions at a right angle. */
const inSpace = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y]) => Float32Array.from({ length: 60 }, (_, i) => 5 + (i % 2 === 0 ? x : y) / Math.sqrt(30)));

/** The path through states, asked for after these numbers of them. */
function pathThrough(states: readonly Float32Array[], ...askedAfter: number[]) {
  const path = latentPath();
  const asked = states.flatMap((state, i) => {
    path.add(state);
    return askedAfter.includes(i + 1) ? [path.points()] : [];
  });
  return [...asked, path.points()];
}

test('the path keeps the distances of states that lie in a plane, widest direction first', () => {
  const points = [
    [-3, 0],
    [3, 0.5],
    [0, -1],
    [-1, 0.5],
  ] as const;
  const [path] = pathThrough(inSpace(points)) as [PathPoint[]];
  const distance = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]) => Math.hypot(a - c, b - d);
  for (const [i, a] of points.entries()) {
    for (const [j, b] of points.entries()) expect(distance(path[i]!, path[j]!)).toBeCloseTo(distance(a, b), 3);
  }
  const spread = (axis: 0 | 1) => path.reduce((sum, point) => sum + point[axis] ** 2, 0);
  expect(spread(0)).toBeGreaterThan(spread(1));
});

test('a longer path is not mirrored', () => {
  // Any start of power iteration may turn an axis; the first path says how it should point.
  const states = inSpace(
    Array.from({ length: 12 }, (_, i) => [Math.cos(i * 2.6) * (3 + i / 4), Math.sin(i * 2.6) * (3 + i / 3)] as const),
  );
  const counts = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const paths = pathThrough(states, ...counts);
  const turned = counts.filter((_, i) => i > 0 && agreement(paths[i - 1]!, paths[i]!) < 0);
  expect(turned).toEqual([]);
  // Asked only once, some of them do point the other way.
  const alone = counts.map((count) => pathThrough(states.slice(0, count))[0]!);
  expect(alone.some((path, i) => i > 0 && agreement(alone[i - 1]!, path) < 0)).toBe(true);
});

test('states that are all equal make a point', () => {
  const equal = inSpace([
    [1, 1],
    [1, 1],
  ]);
  expect(pathThrough(equal)[0]!.flat()).toEqual([0, 0, 0, 0]);
});

const agreement = (before: readonly PathPoint[], after: readonly PathPoint[]) =>
  before.reduce((sum, [x], i) => sum + x * after[i]![0], 0);
