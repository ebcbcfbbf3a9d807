export { fullRecursion } from './full-recursion';
export type { Latents } from './latents';
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
export { unrolled, type UnrolledOptions } from './unrolled';
