import * as tf from '@tensorflow/tfjs-core';
import type { FixedPointMap } from '../../src/index';
import { randomAffineMap, type AffineMap } from '../affine-map';

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** A random affine map of dimension 200 for each spectral radius, made when it is first used. */
export const affineMaps: { [radius: string]: () => AffineMap } = Object.fromEntries(
  [0.5, 0.9, 0.99].map((radius) => [radius, once(() => randomAffineMap(200, radius, 0))]),
);

/** Rotates the plane by two radians and scales it, about the point (1, 2). */
export function rotation(scale: number): FixedPointMap {
  const [c, s] = [scale * Math.cos(2), scale * Math.sin(2)];
  const matrix = tf.tensor2d([[c, s], [-s, c]]); // prettier-ignore
  const centre = tf.tensor2d([[1, 2]]);
  return (z) => tf.add(centre, tf.matMul(tf.sub(z, centre), matrix));
}
