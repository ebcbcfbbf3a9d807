export { equilibrium, type EquilibriumOptions } from './equilibrium';
export { fixedPoint, type FixedPointOptions } from './fixed-point';
export { fullRecursion } from './full-recursion';
export type { GradientChoice } from './gradients/choose-gradient';
export type { FixedPointGradient, ParametricMap } from './gradients/fixed-point-gradient';
export { implicit, type ImplicitOptions } from './gradients/implicit';
export { oneStep } from './gradients/one-step';
export { phantom, type PhantomOptions } from './gradients/phantom';
export { jacobianPenalty, randomSigns } from './jacobian-penalty';
export type { Latents } from './latents';
export {
  measureResiduals,
  type ApplicationResidual,
  type MeasurableNetwork,
  type MeasureResidualsOptions,
  type ResidualReport,
  type SampleFigures,
  type SegmentResidual,
} from './measure-residuals';
export { oneStepGradient } from './one-step-gradient';
export { progressive, type ProgressiveOptions, type ProgressiveStage } from './progressive';
export { ReasoningModule, type ReasoningModuleOptions, type Refiner } from './reasoning-module';
export { RecursionCore } from './recursion-core';
export {
  isProgressive,
  type Cycles,
  type HostScheduleDraws,
  type ProgressiveSchedule,
  type RecursionSchedule,
  type Refinement,
  type ScheduleDraws,
} from './recursion-schedule';
export type { Application } from './refine-in-order';
export { anderson, type AndersonOptions } from './solvers/anderson';
export { broyden, type BroydenOptions } from './solvers/broyden';
export type { SolverChoice } from './solvers/choose-solver';
export { dampedIteration, type DampedIterationOptions } from './solvers/damped-iteration';
export { fixedPointReport, type FixedPointReport, type SearchReport } from './solvers/fixed-point-report';
export type { FixedPointMap, FixedPointSolver, SolverHistory } from './solvers/fixed-point-solver';
export { solveFixedPoint, type FixedPointSolution, type SolveOptions } from './solvers/solve-fixed-point';
export { spectralRadius, type SpectralRadiusOptions } from './spectral-radius';
export { unrolled, type UnrolledOptions } from './unrolled';
export { vectorJacobianProduct } from './vector-jacobian-product';
