import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, disposeParameters, mapTensors, namedParameters, RandomStream } from '@hrm/layers';
import { expectPart } from '@hrm/layers/internal';
import { registeredBackends, type TestBackend } from '@hrm/layers/testing';
import type { Latents } from '../latents';
import { RecursionCore } from '../recursion-core';
import { observeCore } from '../residuals/observe-core';
import type { RecursionSchedule, ScheduleDraws } from '../schedules/recursion-schedule';
import { applyInOrder, type Application } from '../schedules/refine-in-order';
import { normalTensor, TanhRefiner } from './tanh-refiner';

/** Sizes that a schedule is tried with. */
export interface ScheduleSizes {
  batch: number;
  seqLen: number;
  hiddenSize: number;
}

/** The same refinements with the gradient that a schedule should have, made of `core` and `withoutGradient`. */
export type GradientReference = (core: RecursionCore, latents: Latents, x: tf.Tensor3D) => Latents;

/** How `describeSchedule` tries a schedule. */
export interface ScheduleTestOptions {
  /**
   * What gradient the schedule should have. A number: that of its last so many refinements, of which the first starts
   * from a constant. `'all'`: of all of them, into the first latents too. `'exact'`: that of its result, as finite
   * differences have it, the first latents a constant. A function: that function's. Default: that of some number of its
   * last refinements.
   */
  gradient?: number | 'all' | 'exact' | GradientReference;
  /** Sizes to try, the smallest first. Default three, with hidden sizes of 4 and 8. */
  sizes?: readonly ScheduleSizes[];
  /** Default: those that the test file imports. */
  backends?: readonly TestBackend[];
}

/** A schedule, and something to refine. */
export interface ScheduleProblem {
  schedule: RecursionSchedule;
  core: RecursionCore;
  latents: Latents;
  x: tf.Tensor3D;
  /** What the schedule draws for a segment of training, if it draws anything. */
  draws: ScheduleDraws | undefined;
  /** Of the core, by name. */
  parameters: { [name: string]: tf.Variable };
}

/** One refinement that a schedule made. */
export interface ObservedRefinement {
  application: Application;
  before: Latents;
  after: Latents;
}

const standardSizes: readonly ScheduleSizes[] = [
  { batch: 2, seqLen: 3, hiddenSize: 4 },
  { batch: 1, seqLen: 5, hiddenSize: 4 },
  { batch: 3, seqLen: 2, hiddenSize: 8 },
];

/** A schedule to test: how to make it, and problems to try it on. */
export class ScheduleSubject {
  readonly sizes: readonly ScheduleSizes[];
  readonly backends: readonly TestBackend[];
  readonly gradient: ScheduleTestOptions['gradient'];

  constructor(
    readonly make: () => RecursionSchedule,
    { gradient, sizes = standardSizes, backends = registeredBackends() }: ScheduleTestOptions = {},
  ) {
    this.gradient = gradient;
    this.sizes = sizes;
    this.backends = backends;
  }

  /**
   * Lends a problem to `use` and frees it afterwards.
   *
   * @param sharedLevels one module for both levels, as TRM has.
   */
  withProblem<Result>(
    { batch, seqLen, hiddenSize }: ScheduleSizes,
    use: (problem: ScheduleProblem) => Result,
    { sharedLevels = false } = {},
  ): Result {
    const random = new RandomStream(0);
    const level = () => new TanhRefiner({ hiddenSize, scale: 0.5, random });
    const lowLevel = level();
    const core = new RecursionCore(lowLevel, sharedLevels ? lowLevel : level());
    const shape: [number, number, number] = [batch, seqLen, hiddenSize];
    const [zH, zL, x] = [1, 2, 3].map(() => normalTensor<tf.Tensor3D>(shape, random)) as [
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const schedule = this.make();
    expectPart('describeSchedule: what it was given to make a schedule made', schedule, ['refine']);
    const drawn = schedule.draw?.(new RandomStream(0), shape);
    const draws =
      drawn && Object.fromEntries(Object.entries(drawn).map(([name, values]) => [name, tf.tensor1d(values)]));
    try {
      const parameters = Object.fromEntries(namedParameters(core));
      return use({ schedule, core, latents: { zH, zL }, x, draws, parameters });
    } finally {
      disposeParameters(core);
      tf.dispose([zH, zL, x, draws]);
    }
  }
}

/**
 * The refinements by which a schedule came to its result, in the caller's tidy. What it did for other ends, after the
 * result was there, is left out.
 */
export function observeRefinements({ schedule, core, latents, x, draws }: ScheduleProblem): ObservedRefinement[] {
  const kept: ObservedRefinement[] = [];
  const keep = (z: Latents) => mapTensors(z, (tensor) => tf.keep(tf.clone(tensor)));
  const observed = observeCore(core, (application, before, after) =>
    kept.push({ application, before: keep(before), after: keep(after) }),
  );
  const result = schedule.refine(observed, latents, x, draws).latents;
  const refinements = kept.map((refinement) => mapTensors(refinement, tf.clone));
  disposeAll(kept);

  const numbersOf = ({ zH, zL }: Latents) => [...zH.dataSync(), ...zL.dataSync()];
  const expected = numbersOf(result);
  const last = refinements.findLastIndex(({ after }) => numbersOf(after).every((value, i) => value === expected[i]));
  return last < 0 ? refinements : refinements.slice(0, last + 1);
}

/** The last refinements once more, with gradient, the first of them from the latents that it had. */
export function replayLast(
  { core, x }: ScheduleProblem,
  refinements: readonly ObservedRefinement[],
  count: number,
): Latents {
  const last = refinements.slice(-count);
  return applyInOrder(core, last[0]!.before, x, last.map(({ application }) => application)); // prettier-ignore
}

/** A scalar that depends on every element of both latents, each in its own way. */
export function lossOf({ zH, zL }: Latents): tf.Scalar {
  const random = new RandomStream(5);
  const weigh = (latent: tf.Tensor) => tf.sum(tf.mul(latent, normalTensor(latent.shape, random)));
  return tf.add(weigh(zH), weigh(zL));
}
