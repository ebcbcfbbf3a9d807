import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import { fixedPointReport, type FixedPointReport } from '../solvers/fixed-point-report';
import {
  completeSolveOptions,
  SOLVE_OPTIONS,
  solveFixedPoint,
  type SolveFixedPointOptions,
} from '../solvers/solve-fixed-point';
import type { FixedPointGradient } from './fixed-point-gradient';
import { vectorJacobianProduct } from './vector-jacobian-product';

/** Options of {@link implicit}. */
export interface ImplicitOptions extends SolveFixedPointOptions {
  /**
   * Called after each search of the backward pass with its report. It reads values, so such a step cannot be recorded.
   */
  onSolve?: (report: FixedPointReport) => void;
}

/**
 * The exact gradient at a fixed point, by the implicit function theorem. For the incoming gradient `g` it solves
 * `w = g + J^T w` and passes `w` through one application of the function. It needs the memory of one application; each
 * step of the search costs a forward and a backward pass. If the search fails, its best guess is used; at worst that is
 * `g`, which gives the gradient of `oneStep`.
 *
 * Source: Bai, Kolter and Koltun, "Deep Equilibrium Models", NeurIPS 2019; HRM, section 2.
 *
 * @param options the solver and when it stops; see {@link SolveFixedPointOptions} for the defaults.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients } from '@hrm/layers';
 * import { fixedPoint, implicit } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * const half = (z: tf.Tensor2D, x: tf.Tensor) => tf.add(tf.mul(0.5, z), x);
 * const gradient = implicit({ solver: 'broyden', tolerance: 1e-6 });
 * const solve = (x: tf.Tensor) => fixedPoint(half, tf.zeros([1, 1]), [x], { gradient }).state;
 * tf.grad(solve)(tf.tensor2d([[3]])).print(); // [[2]]
 * ```
 */
export function implicit({ onSolve, ...options }: ImplicitOptions = {}): FixedPointGradient {
  expectOptions('implicit', options, SOLVE_OPTIONS);
  const { tolerance } = completeSolveOptions('implicit', options);
  return {
    name: 'implicit',
    recordable: tolerance === 0 && onSolve === undefined,
    attach(f, solved, inputs) {
      // The identity in the forward pass; the backward pass turns the gradient g into w.
      const throughFixedPoint = customGradient(
        // Saved, because all other tensors are freed before the backward pass.
        (image: tf.Tensor2D) => ({ value: tf.clone(image), saved: [solved, ...inputs] }),
        (g, [at, ...saved]) => [
          tf.tidy(() => {
            const pullBack = (w: tf.Tensor2D) => vectorJacobianProduct((z) => f(z, ...saved), at, w);
            const solution = solveFixedPoint((w) => tf.add(g, pullBack(w)), g, options);
            onSolve?.(fixedPointReport(solution));
            return solution.state;
          }),
        ],
      );
      return tf.tidy(() => throughFixedPoint(f(solved, ...inputs) as tf.Tensor2D));
    },
  };
}
