import * as tf from '@tensorflow/tfjs-core';
import { expectShape, mapTensors, withoutGradient } from '@hrm/layers';
import { describeValue, expectNotNegative, expectOptions, expectSizes } from '@hrm/layers/internal';
import { MOST_APPLICATIONS } from '../schedules/most-applications';
import { chooseSolver, type FixedPointSolverChoice } from './choose-solver';
import type { FixedPointMap, FixedPointHistory } from './fixed-point-solver';
import { residualNorm } from './residual-norm';

/** Options of a search for a fixed point. */
export interface SolveFixedPointOptions {
  /** Default `anderson()`. */
  solver?: FixedPointSolverChoice;
  /**
   * A sample is done at this residual, `|f(z) - z| / |z|`. Default 1e-4; float32 allows about 1e-6. With 0 the search
   * always makes `maxIterations` and reads no values, so that it can be recorded.
   */
  tolerance?: number;
  /** `'absolute'`: the residual is `|f(z) - z|`. Default `'relative'`. */
  residual?: 'relative' | 'absolute';
  /** Most evaluations of f. Default 40. */
  maxIterations?: number;
  /** A fixed number of evaluations: short for `tolerance: 0` with this `maxIterations`. */
  iterations?: number;
}

/** The names of {@link SolveFixedPointOptions}. */
export const SOLVE_OPTIONS = ['solver', 'tolerance', 'residual', 'maxIterations', 'iterations'] as const;

/** The result of a search, for each sample. */
export type FixedPointSolution = {
  /** The guess with the least residual, `[batch, n]`. */
  state: tf.Tensor2D;
  /** Its residual, `[batch]`. If no guess had a finite residual, it is infinite and `state` is the start. */
  residual: tf.Tensor1D;
  /** Evaluations of f until the sample was done or abandoned, `[batch]`, int32. */
  steps: tf.Tensor1D;
  /** Whether the residual is within the tolerance, `[batch]`, bool. */
  converged: tf.Tensor1D;
  /**
   * Residual of every guess, `[evaluations, batch]`; infinite if not finite. For each sample the first `steps` rows
   * count.
   */
  trace: tf.Tensor2D;
};

/** The state of a search between two guesses. */
type Search = {
  state: tf.Tensor2D;
  best: tf.Tensor2D;
  /** Of the best guess, `[batch]`. */
  residual: tf.Tensor1D;
  steps: tf.Tensor1D;
  converged: tf.Tensor1D;
  /** Converged or abandoned, `[batch]`, bool. Such a sample keeps its best guess. */
  done: tf.Tensor1D;
};

/** Checks {@link SolveFixedPointOptions} and fills in the defaults. */
export function completeSolveOptions(owner: string, options: SolveFixedPointOptions) {
  const { solver = 'anderson', residual = 'relative', iterations } = options;
  const fixed = iterations !== undefined;
  if (fixed && (options.tolerance !== undefined || options.maxIterations !== undefined)) {
    throw new RangeError(`${owner}: iterations replaces tolerance and maxIterations; give one or the other`);
  }
  const { tolerance = fixed ? 0 : 1e-4, maxIterations = iterations ?? 40 } = options;
  expectNotNegative(owner, { tolerance });
  expectSizes(owner, { [fixed ? 'iterations' : 'maxIterations']: maxIterations }, 1, MOST_APPLICATIONS);
  if (residual !== 'relative' && residual !== 'absolute') {
    throw new RangeError(`${owner}: residual is "${String(residual)}", expected "relative" or "absolute"`);
  }
  return { solver: chooseSolver(owner, solver), tolerance, residual, maxIterations };
}

/**
 * Searches a fixed point `z = f(z)` for each sample of a batch. A sample is done when its residual is within the
 * tolerance. Later guesses do not count, so its answer does not depend on the rest of the batch. A sample whose
 * residual is not finite is abandoned. The result is the best guess of each sample; it is finite if the start is. No
 * gradient flows through the search; use `fixedPoint` for a gradient.
 *
 * @param f see {@link FixedPointMap}.
 * @param start the initial guess, `[batch, n]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { solveFixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { state, converged } = solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0], [1]]), { tolerance: 1e-6 });
 * state.print(); // [[0.739], [0.739]]
 * converged.print(); // [true, true]
 * ```
 */
export function solveFixedPoint(
  f: FixedPointMap,
  start: tf.Tensor2D,
  options: SolveFixedPointOptions = {},
): FixedPointSolution {
  expectOptions('solveFixedPoint', options, SOLVE_OPTIONS);
  if (typeof f !== 'function') {
    throw new TypeError(
      `solveFixedPoint: got ${describeValue(f)}, expected a function of states, such as (z) => tf.cos(z)`,
    );
  }
  const { solver, tolerance, residual, maxIterations } = completeSolveOptions('solveFixedPoint', options);
  expectShape('solveFixedPoint', start, ['batch', 'n'], 'a state has a row of numbers for each sample');
  const [batch] = start.shape;

  return withoutGradient(() => {
    let search: Search = {
      state: start,
      best: start,
      residual: tf.fill([batch], Infinity),
      steps: tf.zeros([batch], 'int32'),
      converged: tf.zeros([batch], 'bool'),
      done: tf.zeros([batch], 'bool'),
    };
    let history: FixedPointHistory = {};
    const trace: tf.Tensor1D[] = [];
    for (let iteration = 1; ; iteration++) {
      // Copied, because f may return a tensor that we must not free.
      const image = tf.tidy(() => tf.clone(f(search.state))) as tf.Tensor2D;
      expectShape('solveFixedPoint', image, start.shape, 'f must return a state of the same shape');
      const measured = tf.tidy(() => measure(search, residualNorm(search.state, image, residual), tolerance));
      releaseReplaced(search, [measured.search, history, start]);
      search = measured.search;
      trace.push(measured.row);
      // A search that reads values cannot be recorded, so only one with a tolerance does.
      if (iteration === maxIterations || (tolerance > 0 && tf.tidy(() => tf.all(search.done).dataSync()[0] === 1)))
        break;

      const moved = tf.tidy(() => {
        const { next, history: remembered } = solver.advance(history, search.state, image);
        return { search: { ...search, state: next }, history: remembered };
      });
      releaseReplaced([search, history, image], [moved, start]);
      ({ search, history } = moved);
    }
    const { best, residual: least, steps, converged } = search;
    return { state: best, residual: least, steps, converged, trace: tf.stack(trace) as tf.Tensor2D };
  });
}

/** Updates a search with the residual of its guess: is it the best, within the tolerance, still finite? */
function measure(search: Search, residual: tf.Tensor1D, tolerance: number): { search: Search; row: tf.Tensor1D } {
  const finite = tf.less(residual, Infinity);
  const active = tf.logicalNot(search.done);
  const better = tf.logicalAnd(active, tf.less(residual, search.residual));
  const converged = tf.logicalAnd(active, tf.lessEqual(residual, tolerance));
  return {
    search: {
      state: search.state,
      best: tf.where(tf.expandDims(better, 1), search.state, search.best),
      residual: tf.where(better, residual, search.residual),
      steps: tf.add(search.steps, tf.cast(active, 'int32')),
      converged: tf.logicalOr(search.converged, converged),
      done: tf.logicalOr(search.done, tf.logicalOr(converged, tf.logicalNot(finite))),
    },
    row: residual,
  };
}

/** Frees the tensors in `old` that are not in `kept`: a search makes many large states. */
function releaseReplaced(old: unknown, kept: unknown): void {
  const inUse = new Set<tf.Tensor>();
  mapTensors(kept, (tensor) => (inUse.add(tensor), tensor));
  mapTensors(old, (tensor) => {
    if (!inUse.has(tensor)) tensor.dispose();
    return tensor;
  });
}
