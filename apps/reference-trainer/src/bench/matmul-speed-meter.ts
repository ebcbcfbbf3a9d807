import { compile, matMulSpeed, type Compiled } from '@hrm/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { mainProducts, type BenchSizes } from './step-flops';

type Multiply = (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;
type Product = ReturnType<typeof mainProducts>[number];

/**
 * Measures how fast the backend multiplies matrices: the highest speed over several measurements, over the main
 * products of a step, and over the backend's own operation and XLA's. So a disturbed measurement, or a library that is
 * slow at one product, does not make a step look faster than the machine.
 */
export class MatmulSpeedMeter {
  readonly #compiled: Compiled<Multiply>;
  #candidates: { product: Product; multiply: Multiply }[];
  readonly #speeds: number[] = [];

  constructor(sizes: BenchSizes) {
    const multiply: Multiply = (left, right) => tf.matMul(left, right);
    this.#compiled = compile(multiply, { name: 'product', onRecord: () => {} });
    // On other backends a compiled function is the function itself.
    const kinds = tf.getBackend() === 'tensorflow' ? [multiply, this.#compiled] : [multiply];
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
    this.#compiled.dispose();
  }
}
