export { fixedPoint, type FixedPointOptions } from './fixed-point';
export type { GradientChoice } from './gradients/choose-gradient';
export type { FixedPointGradient, ParametricMap } from './gradients/fixed-point-gradient';
export { implicit, type ImplicitOptions } from './gradients/implicit';
export { jacobianPenalty, randomSigns } from './gradients/jacobian-penalty';
export { oneStep } from './gradients/one-step';
export { phantom, type PhantomOptions } from './gradients/phantom';
export { vectorJacobianProduct } from './gradients/vector-jacobian-product';
export type { Latents } from './latents';
export { ReasoningModule, type ReasoningModuleOptions, type Refiner } from './reasoning-module';
export { RecursionCore } from './recursion-core';
export {
  measureResiduals,
  type ApplicationResidual,
  type MeasurableNetwork,
  type MeasureResidualsOptions,
  type ResidualReport,
  type SampleFigures,
  type SegmentResidual,
} from './residuals/measure-residuals';
export { spectralRadius, type SpectralRadiusOptions } from './residuals/spectral-radius';
export { equilibrium, type EquilibriumOptions } from './schedules/equilibrium';
export { fullRecursion } from './schedules/full-recursion';
export { oneStepGradient } from './schedules/one-step-gradient';
export { progressive, type ProgressiveOptions, type ProgressiveStage } from './schedules/progressive';
export {
  isProgressive,
  type Cycles,
  type HostScheduleDraws,
  type ProgressiveSchedule,
  type RecursionSchedule,
  type Refinement,
  type ScheduleDraws,
} from './schedules/recursion-schedule';
export type { Application } from './schedules/refine-in-order';
export { unrolled, type UnrolledOptions } from './schedules/unrolled';
export { anderson, type AndersonOptions } from './solvers/anderson';
export { broyden, type BroydenOptions } from './solvers/broyden';
export type { SolverChoice } from './solvers/choose-solver';
export { dampedIteration, type DampedIterationOptions } from './solvers/damped-iteration';
export { fixedPointReport, type FixedPointReport, type SearchReport } from './solvers/fixed-point-report';
export type { FixedPointMap, FixedPointSolver, SolverHistory } from './solvers/fixed-point-solver';
export { solveFixedPoint, type FixedPointSolution, type SolveOptions } from './solvers/solve-fixed-point';
