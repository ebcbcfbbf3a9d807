import { compile, matMulSpeed, type Compiled } from '@hrm/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { mainProducts, type BenchSizes } from './step-flops';

type Multiply = (left: tf.Tensor, right: tf.Tensor) => tf.Tensor;
type Product = ReturnType<typeof mainProducts>[number];

/**
 * How fast the backend multiplies matrices: the fastest that it has been seen to, over a step's main products, each by the
 * backend's own operation and compiled by XLA as the step is, on several occasions. So what disturbs one of them, or a
 * library that is slow at one, does not make a step look faster than the machine.
 */
export class Yardstick {
  readonly #compiled: Compiled<Multiply>;
  #ways: { product: Product; multiply: Multiply }[];
  readonly #speeds: number[] = [];

  constructor(sizes: BenchSizes) {
    const multiply: Multiply = (left, right) => tf.matMul(left, right);
    this.#compiled = compile(multiply, { name: 'product', onRecord: () => {} });
    // On other backends a compiled function is the function itself.
    const kinds = tf.getBackend() === 'tensorflow' ? [multiply, this.#compiled] : [multiply];
    this.#ways = mainProducts(sizes).flatMap((product) => kinds.map((kind) => ({ product, multiply: kind })));
  }

  /** Measures once more. The first time all ways are tried, later the two that were fastest. */
  measure(seconds = 0.06): void {
    const tried = this.#ways.map((way) => {
      const { bestGflops } = matMulSpeed({ ...way.product, multiply: way.multiply, seconds });
      return { way, bestGflops };
    });
    tried.sort((a, b) => b.bestGflops - a.bestGflops);
    this.#ways = tried.slice(0, 2).map(({ way }) => way);
    this.#speeds.push(tried[0]!.bestGflops);
  }

  /** The fastest, in 10^9 floating-point operations a second. */
  get gflops(): number {
    return Math.max(...this.#speeds);
  }

  /** The least and the most of what the occasions gave. */
  get range(): [number, number] {
    return [Math.min(...this.#speeds), this.gflops];
  }

  dispose(): void {
    this.#compiled.dispose();
  }
}
