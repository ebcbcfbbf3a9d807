import { inPrecision, matMul } from '@hrm/layers';
import { compile, matMulSpeed, type Compiled } from '@hrm/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { mainProducts, type BenchSizes } from './step-flops';

type Multiply = (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;
type Product = ReturnType<typeof mainProducts>[number];

/**
 * Measures how fast the backend multiplies matrices: the highest speed over several measurements, over the main
 * products of a step, and over the backend's own operation and XLA's, in bfloat16 also where the step uses it. So a disturbed measurement, or a library that is
 * slow at one product, does not make a step look faster than the machine.
 */
export class MatmulSpeedMeter {
  readonly #compiled: Compiled<Multiply>[];
  #candidates: { product: Product; multiply: Multiply }[];
  readonly #speeds: number[] = [];

  constructor(sizes: BenchSizes) {
    const multiply: Multiply = (left, right) => tf.matMul(left, right);
    const inBfloat16: Multiply = (left, right) => inPrecision('bfloat16', () => matMul(left, right));
    const kernels = sizes.precision === 'bfloat16' ? [multiply, inBfloat16] : [multiply];
    this.#compiled = kernels.map((kernel) => compile(kernel, { name: 'product', onRecord: () => {} }));
    // On other backends a compiled function is the function itself.
    const kinds = tf.getBackend() === 'tensorflow' ? [multiply, ...this.#compiled] : [multiply];
    this.#candidates = mainProducts(sizes).flatMap((product) => kinds.map((kind) => ({ product, multiply: kind })));
  }

  /** Measures once. The first call tries all candidates, later ones the two fastest. */
  measure(seconds = 0.06): void {
    const tried = this.#candidates.map((candidate) => {
      const { bestGflops } = matMulSpeed({ ...candidate.product, multiply: candidate.multiply, seconds });
      return { candidate, bestGflops };
    });
    tried.sort((a, b) => b.bestGflops - a.bestGflops);
    this.#candidates = tried.slice(0, 2).map(({ candidate }) => candidate);
    this.#speeds.push(tried[0]!.bestGflops);
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
