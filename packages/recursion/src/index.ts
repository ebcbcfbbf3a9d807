export { fullRecursion } from './full-recursion';
export type { Latents } from './latents';
export { oneStepGradient } from './one-step-gradient';
export { ReasoningModule, type ReasoningModuleOptions, type Refiner } from './reasoning-module';
export { RecursionCore } from './recursion-core';
export type { Cycles, RecursionSchedule, Refinement } from './recursion-schedule';
