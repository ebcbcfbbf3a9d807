import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../compile/compile';
import { BFLOAT16_MAT_MUL } from './bfloat16-mat-mul';
import type { MeasuredTimes, ProductTimes } from './choose-products';
import {
  DEFAULT_PRODUCTS,
  PRODUCT_KINDS,
  PRODUCT_METHODS,
  productsInUse,
  useBfloat16Products,
  type ProductKind,
  type ProductMethod,
} from './product-methods';

interface Product {
  left: number[];
  right: number[];
  transposeA: boolean;
  transposeB: boolean;
}

const product = (left: number[], right: number[], transposeA = false, transposeB = false): Product => ({
  ...{ left, right, transposeA, transposeB },
});

/**
 * Products of a part of a step: queries, keys and values at hidden 512, gate and up at hidden 128, and the gradients of
 * both weights; attention of 8 puzzles with 8 heads.
 */
const PRODUCTS: Readonly<Record<ProductKind, readonly Product[]>> = {
  weights: [product([656, 512], [512, 1536]), product([2624, 128], [128, 1024])],
  weightGradients: [product([656, 512], [656, 1536], true), product([2624, 128], [2624, 1024], true)],
  attention: [product([64, 82, 64], [64, 82, 64], false, true), product([64, 82, 82], [64, 82, 64])],
  attentionGradients: [product([64, 82, 82], [64, 82, 64], true)],
};

/** How long one method is measured in each round. */
const SECONDS = 0.002;

/** Measures each method at each kind of product, in rounds in which all take turns. It takes a few seconds. */
export function measureProducts({ rounds = 24 }: { rounds?: number } = {}): MeasuredTimes {
  const before = productsInUse();
  try {
    const times = PRODUCT_KINDS.map((kind) => {
      const methods = PRODUCT_METHODS.filter(
        (method) => method !== 'bfloat16-copied' || PRODUCTS[kind].some(({ transposeA }) => transposeA),
      );
      return [kind, PRODUCTS[kind].map((each) => timesOf(each, kind, methods, rounds))];
    });
    return Object.fromEntries(times) as MeasuredTimes;
  } finally {
    useBfloat16Products(before);
  }
}

function timesOf(
  { left, right, ...attrs }: Product,
  kind: ProductKind,
  methods: ProductMethod[],
  rounds: number,
): ProductTimes {
  const fill = (shape: number[]) => tf.tidy(() => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape));
  const [a, b] = [fill(left), fill(right)];
  const compiled = methods.map((method) => {
    const multiply = compile(
      (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.engine().runKernel(BFLOAT16_MAT_MUL, { a: x, b: y }, attrs),
      { name: 'product', verify: false },
    );
    useBfloat16Products({ ...DEFAULT_PRODUCTS, [kind]: method });
    multiply(a, b).dispose();
    return multiply;
  });
  // Reads a value of the last product, because a GPU still computes after the call.
  const seconds = (multiply: (typeof compiled)[number], count: number) => {
    const started = performance.now();
    for (let i = 1; i < count; i++) multiply(a, b).dispose();
    tf.tidy(() => tf.slice(multiply(a, b), a.shape.map(() => 0), a.shape.map(() => 1)).dataSync()); // prettier-ignore
    return (performance.now() - started) / 1000 / count;
  };
  const counts = compiled.map((multiply) => Math.max(1, Math.round(SECONDS / seconds(multiply, 2))));
  const measured = Array.from({ length: rounds }, () => compiled.map((multiply, i) => seconds(multiply, counts[i]!)));
  for (const multiply of compiled) multiply.dispose();
  tf.dispose([a, b]);
  return Object.fromEntries(methods.map((method, i) => [method, measured.map((round) => round[i]!)]));
}
