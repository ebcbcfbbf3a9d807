import * as tf from '@tensorflow/tfjs-core';
import {
  disposeAll,
  disposeParameters,
  mapTensors,
  namedParameters,
  RandomStream,
  type NamedTensors,
} from '@hrm/layers';
import { expectPart } from '@hrm/layers/internal';
import { normalTensor, registeredBackends, type TestBackend } from '@hrm/layers/testing';
import type { Latents } from '../latents';
import { RecursionCore } from '../recursion-core';
import { observeCore } from '../residuals/observe-core';
import type { RecursionSchedule } from '../schedules/recursion-schedule';
import { applyInOrder, type Application } from '../schedules/refine-in-order';
import { TanhRefiner } from './tanh-refiner';

/** Sizes to test a schedule with. */
export interface ScheduleSizes {
  batch: number;
  seqLen: number;
  hiddenSize: number;
}

/** A reference for a schedule's gradient: the same refinements, written with `core` and `withoutGradient`. */
export type GradientReference = (core: RecursionCore, latents: Latents, x: tf.Tensor3D) => Latents;

/** Options of `describeSchedule`. */
export interface ScheduleTestOptions {
  /**
   * The expected gradient. A number n: that of the last n refinements, from a constant. `'all'`: that
   * of all refinements, including the initial latents. `'exact'`: that of finite differences, with constant initial
   * latents. A function: that of the function. Default: that of any number of last refinements.
   */
  gradient?: number | 'all' | 'exact' | GradientReference;
  /** Sizes to test, the smallest first. Default three, with hidden sizes of 4 and 8. */
  sizes?: readonly ScheduleSizes[];
  /** Default: the backends that the test file imports. */
  backends?: readonly TestBackend[];
}

/** A schedule with its inputs. */
export interface ScheduleProblem {
  schedule: RecursionSchedule;
  core: RecursionCore;
  latents: Latents;
  x: tf.Tensor3D;
  /** The schedule's random numbers for a segment of training, if it draws any. */
  draws: NamedTensors | undefined;
  /** Parameters of the core, by name. */
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

/** A schedule to test: makes it, and its inputs, at each size. */
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
   * Makes a problem, passes it to `use` and frees it afterwards.
   *
   * @param sharedLevels whether both levels are one module, as in TRM. Default false.
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
    expectPart('describeSchedule: what make returned', schedule, ['refine']);
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
 * The refinements of a schedule up to its result, in the caller's tidy. Later refinements, such as for a penalty, are
 * left out.
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

/** Repeats the last refinements with gradient, from the latents before the first of them. */
export function replayLast(
  { core, x }: ScheduleProblem,
  refinements: readonly ObservedRefinement[],
  count: number,
): Latents {
  const last = refinements.slice(-count);
  return applyInOrder(core, last[0]!.before, x, last.map(({ application }) => application)); // prettier-ignore
}

/** A scalar that depends on every element of both latents, with random weights. */
export function lossOf({ zH, zL }: Latents): tf.Scalar {
  const random = new RandomStream(5);
  const weigh = (latent: tf.Tensor) => tf.sum(tf.mul(latent, normalTensor(latent.shape, random)));
  return tf.add(weigh(zH), weigh(zL));
}
