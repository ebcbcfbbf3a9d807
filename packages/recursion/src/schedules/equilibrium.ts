import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from '@hrm/layers';
import { expectNotNegative, expectOptions } from '@hrm/layers/internal';
import { fixedPoint } from '../fixed-point';
import { chooseGradient, type FixedPointGradientChoice } from '../gradients/choose-gradient';
import { jacobianPenalty, randomSigns } from '../gradients/jacobian-penalty';
import { isGradientTaken } from '../gradients/outer-tape';
import { fixedPointReport, type FixedPointReport } from '../solvers/fixed-point-report';
import { completeSolveOptions, SOLVE_OPTIONS, type SolveFixedPointOptions } from '../solvers/solve-fixed-point';
import { stackedSweep, stackLatents, unstackLatents } from '../stacked-latents';
import type { RecursionSchedule } from './recursion-schedule';

/** Options of {@link equilibrium}: search, gradient and regularization. */
export interface EquilibriumOptions extends SolveFixedPointOptions {
  /**
   * `'one-step'`, `'phantom'`, `'implicit'`, one of these with options, such as `{ type: 'phantom', steps: 3 }`, or an
   * object of your own. Default `'one-step'`, the cheapest. `'implicit'` without options uses the search options of the
   * forward pass.
   */
  gradient?: FixedPointGradientChoice;
  /**
   * Weight of `|J|^2 / n` in the loss, where J is the Jacobian of one sweep at the fixed point. Training must then pass
   * the random signs of `draw` to `refine`. Default 0: no penalty.
   */
  jacobianWeight?: number;
  /** Called after each search with its report. It reads values, so such a step cannot be recorded. */
  onSolve?: (report: FixedPointReport) => void;
}

const SIGNS = 'jacobianSigns';

/**
 * A schedule that solves for the fixed point of both latents, `zL* = f_L(zL* + zH* + x)` and `zH* = f_H(zH* + zL*)`,
 * and differentiates there. One evaluation is a sweep: f_L, then f_H on its result. The segment's latents are the
 * initial guess. The result is one sweep after the best guess; that sweep carries the gradient.
 *
 * With a tolerance, the search reads a number after each sweep, so a step cannot be recorded. With `iterations` (or
 * `tolerance: 0`) the number of sweeps is fixed and the step can be recorded. Metrics of each puzzle: `solverSteps`,
 * `solverResidual` and `solverConverged`.
 *
 * Source: HRM, section 2, which assumes this fixed point; Bai, Kolter and Koltun, "Deep Equilibrium Models", NeurIPS
 * 2019.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore, equilibrium } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const core = new RecursionCore(level(), level());
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const schedule = equilibrium({
 *   solver: 'anderson', tolerance: 1e-3, gradient: 'implicit',
 *   onSolve: ({ converged, steps, residual }) => console.log(converged, steps, residual),
 * });
 * const { latents } = schedule.refine(core, { zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
 * console.log(latents.zH.shape); // [1, 5, 16]
 * ```
 */
export function equilibrium(options: EquilibriumOptions = {}): RecursionSchedule {
  expectOptions('equilibrium', options, [...SOLVE_OPTIONS, 'gradient', 'jacobianWeight', 'onSolve']);
  const { gradient = 'one-step', jacobianWeight = 0, onSolve, ...search } = options;
  const { tolerance } = completeSolveOptions('equilibrium', search);
  const estimator = chooseGradient('equilibrium', gradient, search);
  expectNotNegative('equilibrium', { jacobianWeight });

  return {
    name: 'equilibrium',
    recordable: tolerance === 0 && estimator.recordable && onSolve === undefined,
    refine(core, latents, x, draws) {
      const { shape } = x;
      for (const latent of [latents.zH, latents.zL]) {
        expectShape('equilibrium', latent, shape, 'latents must have the shape of the embedded puzzle');
      }
      const sweep = stackedSweep(core, shape);
      return tf.tidy(() => {
        const { state, solution } = fixedPoint(sweep, stackLatents(latents), [x], { ...search, gradient: estimator });
        onSolve?.(fixedPointReport(solution));
        const signs = draws?.[SIGNS];
        if (jacobianWeight > 0 && !signs && isGradientTaken()) {
          throw new Error(
            `equilibrium: jacobianWeight needs random signs; pass the result of draw() to refine(), as tensors: { ${SIGNS} }`,
          );
        }
        const penalty = (signs: tf.Tensor) =>
          jacobianPenalty((z) => sweep(z, x), solution.state, tf.reshape(signs, solution.state.shape));
        return {
          latents: unstackLatents(state, shape),
          metrics: {
            solverSteps: tf.cast(solution.steps, 'float32'),
            solverResidual: tf.clone(solution.residual),
            solverConverged: tf.cast(solution.converged, 'float32'),
          },
          ...(jacobianWeight > 0 && signs && { regularizer: tf.mul<tf.Tensor1D>(jacobianWeight, penalty(signs)) }),
        };
      });
    },
    ...(jacobianWeight > 0 && {
      draw: (random, [batch, seq, hidden]) => ({ [SIGNS]: randomSigns(random, 2 * batch * seq * hidden) }),
    }),
  };
}
