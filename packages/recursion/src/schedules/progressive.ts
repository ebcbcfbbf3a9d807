import { describeValue, expectOptions, expectPart } from '@hrm/layers/internal';
import { fullRecursion } from './full-recursion';
import { oneStepGradient } from './one-step-gradient';
import type { Cycles, ProgressiveSchedule, RecursionSchedule } from './recursion-schedule';
import { unrolled } from './unrolled';

/** The cycles of one stage of training. */
export interface ProgressiveStage extends Cycles {
  /** The stage begins after this share of training; 0 for the first. */
  from: number;
}

const schedules = {
  'one-step-gradient': oneStepGradient,
  'full-recursion': fullRecursion,
  unrolled: (cycles: Cycles) => unrolled(cycles),
};

/** Options of {@link progressive}. */
export interface ProgressiveOptions {
  /**
   * Default: CGAR's, `[{ from: 0, hCycles: 1, lCycles: 2 }, { from: 0.3, hCycles: 2, lCycles: 4 }, { from: 0.6,
   * hCycles: 3, lCycles: 6 }]`.
   */
  stages?: readonly ProgressiveStage[];
  /** Makes the schedule of a stage from its cycles: a name or a function. Default `'full-recursion'`. */
  schedule?: keyof typeof schedules | ((cycles: Cycles) => RecursionSchedule);
}

const CGAR_STAGES: readonly ProgressiveStage[] = [
  { from: 0, hCycles: 1, lCycles: 2 },
  { from: 0.3, hCycles: 2, lCycles: 4 },
  { from: 0.6, hCycles: 3, lCycles: 6 },
];

/**
 * A schedule whose cycles grow over training. It saves time early on, when deep recursion does not help yet. A trainer
 * calls {@link ProgressiveSchedule.at} for the current stage; `refine` is that of the last stage.
 *
 * Source: CGAR, arXiv 2511.08653, "progressive depth curriculum": (n, T) = (2, 1), then (4, 2) after 30% of training
 * and (6, 3) after 60%, where n is `lCycles` and T is `hCycles`.
 *
 * @example
 * ```ts
 * import { progressive } from '@hrm/recursion';
 *
 * const schedule = progressive({
 *   schedule: 'one-step-gradient',
 *   stages: [{ from: 0, hCycles: 1, lCycles: 2 }, { from: 0.5, hCycles: 2, lCycles: 2 }],
 * });
 * console.log(schedule.at(0.1) === schedule.at(0.4), schedule.at(0.1) === schedule.at(0.6)); // true false
 * ```
 */
export function progressive(options: ProgressiveOptions = {}): ProgressiveSchedule {
  expectOptions('progressive', options, ['stages', 'schedule']);
  const { stages = CGAR_STAGES, schedule = 'full-recursion' } = options;
  if (typeof schedule === 'string' && !Object.hasOwn(schedules, schedule)) {
    throw new RangeError(
      `progressive: there is no schedule "${schedule}", expected ${Object.keys(schedules).join(', ')} or a function`,
    );
  }
  if (typeof schedule !== 'string' && typeof schedule !== 'function') {
    throw new TypeError(
      `progressive: schedule is ${describeValue(schedule)}, expected a name such as "unrolled", or a function of cycles such as unrolled`,
    );
  }
  if (!Array.isArray(stages)) {
    throw new TypeError(
      `progressive: stages is ${describeValue(stages)}, expected a list such as [{ from: 0, hCycles: 1, lCycles: 2 }]`,
    );
  }
  stages.forEach((stage, i) => expectOptions(`progressive: stage ${i + 1}`, stage, ['from', 'hCycles', 'lCycles']));
  const make = typeof schedule === 'function' ? schedule : schedules[schedule];
  const rising = stages.every(({ from }, i) => (i === 0 ? from === 0 : from > stages[i - 1]!.from && from < 1));
  if (stages.length === 0 || !rising) {
    throw new RangeError(
      `progressive: the stages begin at [${stages.map(({ from }) => from).join(', ')}], expected 0 first, then rising shares below 1`,
    );
  }
  const made = stages.map(({ from, ...cycles }) => {
    const schedule = make(cycles);
    expectPart('progressive: the schedule of a stage', schedule, ['refine']);
    return { from, schedule };
  });
  const last = made.at(-1)!.schedule;
  return {
    name: 'progressive',
    recordable: made.every(({ schedule }) => schedule.recordable ?? true),
    refine: (core, latents, x, draws) => last.refine(core, latents, x, draws),
    ...(last.draw && { draw: last.draw.bind(last) }),
    at(progress) {
      if (!(progress >= 0 && progress <= 1)) {
        throw new RangeError(`progressive: the progress is ${progress}, expected a share from 0 to 1`);
      }
      return made.findLast(({ from }) => from <= progress)!.schedule;
    },
  };
}
