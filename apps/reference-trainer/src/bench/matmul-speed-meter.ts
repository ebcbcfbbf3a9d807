import { inPrecision, matMul } from '@hrm/layers';
import { compile, matMulSpeed, type Compiled } from '@hrm/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { mainProducts, type BenchSizes } from './step-flops';

type Multiply = (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;

/** Dimensions of a product of `[m, k]` and `[k, n]`. */
export interface Product {
  m: number;
  k: number;
  n: number;
}

/**
 * Measures how fast the backend multiplies matrices: the highest speed over several measurements, over the main
 * products of a step, over the modes of `compile`, and in bfloat16 over both precisions. So a disturbed measurement, or
 * a mode that is slow at one product, does not make a step look faster than the machine.
 */
export class MatmulSpeedMeter {
  readonly #compiled: Compiled<Multiply>[] = [];
  #candidates: { product: Product; multiply: Multiply }[];
  readonly #speeds: number[] = [];

  /** @param products Default: the main products of a step. */
  constructor(sizes: BenchSizes, products: readonly Product[] = mainProducts(sizes)) {
    const inFloat32: Multiply = (left, right) => tf.matMul(left, right);
    const inBfloat16: Multiply = (left, right) => inPrecision('bfloat16', () => matMul(left, right));
    const precisions = sizes.precision === 'bfloat16' ? [inFloat32, inBfloat16] : [inFloat32];
    // On other backends a compiled function is the function itself.
    if (tf.getBackend() === 'tensorflow') {
      this.#compiled = precisions.flatMap((multiply) =>
        (['xla', 'graph'] as const).map((mode) => compile(multiply, { mode, name: 'product', onRecord: () => {} })),
      );
    }
    const kinds = [inFloat32, ...this.#compiled];
    this.#candidates = products.flatMap((product) => kinds.map((multiply) => ({ product, multiply })));
  }

  /** Measures once, and returns the highest speed. The first call tries all candidates, later ones the two fastest. */
  measure(seconds = 0.06): number {
    const tried = this.#candidates.map((candidate) => {
      const { bestGflops } = matMulSpeed({ ...candidate.product, multiply: candidate.multiply, seconds });
      return { candidate, bestGflops };
    });
    tried.sort((a, b) => b.bestGflops - a.bestGflops);
    this.#candidates = tried.slice(0, 2).map(({ candidate }) => candidate);
    this.#speeds.push(tried[0]!.bestGflops);
    return tried[0]!.bestGflops;
  }

  /** The highest speed, in 10^9 floating-point operations a second. */
  get gflops(): number {
    return Math.max(...this.#speeds);
  }

  /** The lowest and the highest speed of all calls. */
  get range(): [number, number] {
    return [Math.min(...this.#speeds), this.gflops];
  }

  dispose(): void {
    for (const compiled of this.#compiled) compiled.dispose();
  }
}
