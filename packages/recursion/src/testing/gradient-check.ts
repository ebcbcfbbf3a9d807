import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients } from '@hrm/layers';
import { brief, checkGradients, expectThat, gradientFault, PartFault } from '@hrm/layers/testing';
import type { Latents } from '../latents';
import type { ScheduleCheck } from './schedule-check';
import {
  lossOf,
  observeRefinements,
  replayLast,
  type ObservedRefinement,
  type ScheduleProblem,
} from './schedule-subject';

/** Distance, against the largest element, that rounding may put between two gradients. */
const ROUNDING = 1e-4;

/** Numbers by name. */
export type NamedValues = { [name: string]: Float32Array };

/** The value of a loss of the latents, and its gradients by the core's parameters, the embedded puzzle and the start. */
export function lossAndGradients({ parameters, x, latents }: ScheduleProblem, refine: () => Latents): NamedValues {
  const byWhat = { ...parameters, x, zH: latents.zH, zL: latents.zL };
  return tf.tidy(() => {
    const { loss, gradients } = valueAndGradients(
      () => ({ loss: lossOf(refine()), auxiliary: {} }),
      Object.values<tf.Tensor>(byWhat),
    );
    const names = Object.keys(byWhat).map((name) => `gradient by ${name}`);
    const values = [loss, ...gradients].map((tensor) => tensor.dataSync<'float32'>().slice());
    return Object.fromEntries(['loss', ...names].map((name, i) => [name, values[i]!]));
  });
}

/** The first of the named values that differ by more than rounding, or undefined. */
export function firstDifference(got: NamedValues, expected: NamedValues): string | undefined {
  for (const [name, values] of Object.entries(expected)) {
    const size = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    const found = got[name]!.findIndex((value, i) => !(Math.abs(value - values[i]!) <= ROUNDING * size));
    if (found >= 0 && !Number.isFinite(got[name]![found]! - values[found]!)) return `${name} is not finite`;
    if (found >= 0) return `${name} is ${brief(got[name]![found]!)}, not ${brief(values[found]!)}`;
  }
  return undefined;
}

const refineOf =
  ({ schedule, core, latents, x, draws }: ScheduleProblem) =>
  () =>
    schedule.refine(core, latents, x, draws).latents;

/** All refinements once more, with gradient into the latents that the first had. */
function replayAll(problem: ScheduleProblem, refinements: readonly ObservedRefinement[]): Latents {
  const [first, ...rest] = refinements;
  return replayLast(problem, [{ ...first!, before: problem.latents }, ...rest], refinements.length);
}

/** Whether a schedule's gradient is that of some number of its last refinements, or of all. */
function isOfLastRefinements(problem: ScheduleProblem, got: NamedValues): boolean {
  const refinements = observeRefinements(problem);
  const replays = [
    ...refinements.map((_, i) => () => replayLast(problem, refinements, i + 1)),
    () => replayAll(problem, refinements),
  ];
  return replays.some((replay) => firstDifference(got, lossAndGradients(problem, replay)) === undefined);
}

/** Compares the tape with finite differences by everything that should have a gradient. */
function expectExact(problem: ScheduleProblem, refine: (z: Latents, x: tf.Tensor3D) => Latents, withStart: boolean) {
  const { parameters, latents } = problem;
  const x = tf.variable(problem.x);
  const start = withStart ? { zH: tf.variable(latents.zH), zL: tf.variable(latents.zL) } : undefined;
  const from = (start ?? latents) as Latents;
  const stacked = () => {
    const { zH, zL } = refine(from, x);
    return tf.stack([zH, zL]);
  };
  try {
    const checks = checkGradients(stacked, { ...parameters, x, ...start });
    const wrong = checks.find(({ error }) => !(error < 2e-3));
    if (wrong) throw new PartFault(gradientFault(wrong));
  } finally {
    tf.dispose([x, start]);
  }
}

/** How far a gradient reaches, where it is not as far as it should. */
function reachFault(
  problem: ScheduleProblem,
  got: NamedValues,
  refinements: readonly ObservedRefinement[],
  wanted: number | 'all',
  difference: string,
): string {
  const count = refinements.length;
  const isOf = (replayed: () => Latents) => firstDifference(got, lossAndGradients(problem, replayed)) === undefined;
  const reach = refinements.findIndex((_, i) => isOf(() => replayLast(problem, refinements, i + 1))) + 1;
  const expected = `the gradient should be that of ${wanted === 'all' ? `all ${count}` : `the last ${wanted} of ${count}`} refinements`;
  const parameters = Object.entries(got).filter(
    ([name]) => !['loss', 'gradient by zH', 'gradient by zL'].includes(name),
  );
  if (parameters.every(([, values]) => values.every((value) => value === 0))) {
    return `${expected}, and there is none: likely withoutGradient or stopGradient is around all of them`;
  }
  if (reach > 0) {
    return `${expected}, and is that of the last ${reach}: put withoutGradient around the others, no more and no fewer, or tell describeSchedule gradient: ${reach}`;
  }
  if (isOf(() => replayAll(problem, refinements))) {
    return `${expected}, and goes through all ${count} into the latents before: put withoutGradient around the others, or tell describeSchedule gradient: 'all'`;
  }
  return `${expected}, and is another (${difference}): likely something beside f_L and f_H has a gradient, or the result is not what the last of them gave`;
}

const replay: ScheduleCheck = {
  title: 'has the gradient of its last refinements from a constant on, no more and no less',
  applies: ({ gradient }) => gradient === undefined || typeof gradient === 'number' || gradient === 'all',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const { gradient } = subject;
        const got = lossAndGradients(problem, refineOf(problem));
        if (gradient === undefined) {
          expectThat(
            isOfLastRefinements(problem, got),
            () =>
              'the gradient is that of no number of last refinements: likely something beside f_L and f_H has a gradient, or ' +
              'withoutGradient ends in the midst of one; if it is meant so, tell describeSchedule what the gradient should be',
          );
          return;
        }
        const refinements = observeRefinements(problem);
        const expected = lossAndGradients(problem, () =>
          gradient === 'all' ? replayAll(problem, refinements) : replayLast(problem, refinements, gradient as number),
        );
        const difference = firstDifference(got, expected);
        expectThat(difference === undefined, () =>
          reachFault(problem, got, refinements, gradient as number | 'all', difference!),
        );
      }),
    );
  },
};

const frozenDifferences: ScheduleCheck = {
  title: 'has a gradient that agrees with finite differences, what is before its reach held as it was',
  applies: ({ gradient }) => typeof gradient === 'number',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const refinements = observeRefinements(problem);
        expectExact(problem, (_, x) => replayLast({ ...problem, x }, refinements, subject.gradient as number), false);
      }),
    );
  },
};

const differences: ScheduleCheck = {
  title: 'has the gradient of its result, as finite differences have it',
  applies: ({ gradient }) => gradient === 'exact' || gradient === 'all',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const { schedule, core, draws } = problem;
        expectExact(problem, (z, x) => schedule.refine(core, z, x, draws).latents, subject.gradient === 'all');
        if (subject.gradient === 'all') return;
        const got = lossAndGradients(problem, refineOf(problem));
        for (const name of ['gradient by zH', 'gradient by zL']) {
          expectThat(
            got[name]!.every((value) => value === 0),
            () =>
              `there is a ${name}, which should be a constant to a gradient that is 'exact': search in withoutGradient, or tell ` +
              "describeSchedule gradient: 'all'",
          );
        }
      }),
    );
  },
};

const reference: ScheduleCheck = {
  title: 'has the gradient of its reference',
  applies: ({ gradient }) => typeof gradient === 'function',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) => {
      const { core, latents, x } = problem;
      const { gradient } = subject;
      if (typeof gradient !== 'function') throw new TypeError('the gradient is no function');
      const expected = lossAndGradients(problem, () => gradient(core, latents, x));
      const difference = firstDifference(lossAndGradients(problem, refineOf(problem)), expected);
      expectThat(
        difference === undefined,
        () =>
          `the schedule and its reference differ (${difference}): likely withoutGradient stands around more refinements in one ` +
          'than in the other, or they make other refinements',
      );
    });
  },
};

/** What gradient flows through a schedule. */
export const gradientChecks: readonly ScheduleCheck[] = [replay, frozenDifferences, differences, reference];
