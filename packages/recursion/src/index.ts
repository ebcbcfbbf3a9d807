// The recursive core: its modules, and the latents that they refine.
export type { Latents } from './latents';
export { ReasoningModule, type ReasoningModuleOptions, type Refiner } from './reasoning-module';
export { RecursionCore, type RecursionCoreOptions } from './recursion-core';

// Schedules: which module refines which latent, and where gradient flows.
export type {
  Cycles,
  HostDraws,
  ProgressiveSchedule,
  RecursionSchedule,
  Refinement,
} from './schedules/recursion-schedule';
export { oneStepGradient } from './schedules/one-step-gradient';
export { fullRecursion } from './schedules/full-recursion';
export { recall, type RecallOptions } from './schedules/recall';
export { unrolled, type UnrolledOptions } from './schedules/unrolled';
export { progressive, type ProgressiveOptions, type ProgressiveStage } from './schedules/progressive';
export { equilibrium, type EquilibriumOptions } from './schedules/equilibrium';

// Fixed points: a search, and a gradient through what it found.
export { fixedPoint, type FixedPointOptions } from './fixed-point';
export { solveFixedPoint, type FixedPointSolution, type SolveFixedPointOptions } from './solvers/solve-fixed-point';
export { fixedPointReport, type FixedPointReport, type SearchReport } from './solvers/fixed-point-report';

// Solvers: the next guess of a search.
export type { FixedPointMap, FixedPointSolver, FixedPointHistory } from './solvers/fixed-point-solver';
export type { FixedPointSolverChoice } from './solvers/choose-solver';
export { dampedIteration, type DampedIterationOptions } from './solvers/damped-iteration';
export { anderson, type AndersonOptions } from './solvers/anderson';
export { broyden, type BroydenOptions } from './solvers/broyden';

// Gradients at a fixed point.
export type { FixedPointGradient, ParametricMap } from './gradients/fixed-point-gradient';
export type { FixedPointGradientChoice } from './gradients/choose-gradient';
export { oneStep } from './gradients/one-step';
export { phantom, type PhantomOptions } from './gradients/phantom';
export { implicit, type ImplicitOptions } from './gradients/implicit';
export { vectorJacobianProduct } from './gradients/vector-jacobian-product';
export { jacobianPenalty, randomSigns } from './gradients/jacobian-penalty';

// Measurements of how a trained network settles.
export {
  measureResiduals,
  type ApplicationResidual,
  type MeasurableNetwork,
  type MeasureResidualsOptions,
  type ResidualReport,
  type SampleFigures,
  type SegmentResidual,
} from './residuals/measure-residuals';
export type { Application } from './schedules/refine-in-order';
export { spectralRadius, type SpectralRadiusOptions } from './residuals/spectral-radius';
