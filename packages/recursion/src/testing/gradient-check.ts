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

/** Distance that rounding may cause, relative to the largest element. */
const ROUNDING = 1e-4;

/** Numbers by name. */
export type NamedValues = { [name: string]: Float32Array };

/** A loss of the latents, and its gradients by the core's parameters, the embedded puzzle and the initial latents. */
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

/** Describes the first value that differs by more than rounding; undefined if none does. */
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

/** Repeats all refinements, with gradient into the initial latents. */
function replayAll(problem: ScheduleProblem, refinements: readonly ObservedRefinement[]): Latents {
  const [first, ...rest] = refinements;
  return replayLast(problem, [{ ...first!, before: problem.latents }, ...rest], refinements.length);
}

/** Whether a gradient is that of some number of last refinements, or of all. */
function isOfLastRefinements(problem: ScheduleProblem, got: NamedValues): boolean {
  const refinements = observeRefinements(problem);
  const replays = [
    ...refinements.map((_, i) => () => replayLast(problem, refinements, i + 1)),
    () => replayAll(problem, refinements),
  ];
  return replays.some((replay) => firstDifference(got, lossAndGradients(problem, replay)) === undefined);
}

/** Compares the gradients with finite differences, by every tensor that should have one. */
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

/** Describes how many refinements a wrong gradient covers. */
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
  const expected = `the gradient should cover ${wanted === 'all' ? `all ${count}` : `the last ${wanted} of ${count}`} refinements`;
  const parameters = Object.entries(got).filter(
    ([name]) => !['loss', 'gradient by zH', 'gradient by zL'].includes(name),
  );
  if (parameters.every(([, values]) => values.every((value) => value === 0))) {
    return `${expected}, but there is none: likely withoutGradient or stopGradient is around all of them`;
  }
  if (reach > 0) {
    return `${expected}, but it covers the last ${reach}: put withoutGradient around exactly the others, or give describeSchedule the option gradient: ${reach}`;
  }
  if (isOf(() => replayAll(problem, refinements))) {
    return `${expected}, but it covers all ${count} and the initial latents: put withoutGradient around the others, or give describeSchedule the option gradient: 'all'`;
  }
  return `${expected}, but it differs (${difference}): likely another operation than f_L and f_H has a gradient, or the result is not that of the last refinement`;
}

const replay: ScheduleCheck = {
  title: 'has exactly the gradient of its last refinements',
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
              'the gradient is not that of any number of last refinements: likely another operation than f_L and f_H has a ' +
              'gradient, or withoutGradient ends inside one; if this is meant, give describeSchedule the option gradient',
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
  title: 'has a gradient that agrees with finite differences, with earlier refinements held constant',
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
  title: 'has a gradient that agrees with finite differences of its result',
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
              `there is a ${name}, which should be zero for the option gradient: 'exact': search inside withoutGradient, or ` +
              "give describeSchedule gradient: 'all'",
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
      if (typeof gradient !== 'function') throw new TypeError('the gradient is not a function');
      const expected = lossAndGradients(problem, () => gradient(core, latents, x));
      const difference = firstDifference(lossAndGradients(problem, refineOf(problem)), expected);
      expectThat(
        difference === undefined,
        () =>
          `the schedule and its reference differ (${difference}): likely withoutGradient is around more refinements in one ` +
          'than in the other, or their refinements differ',
      );
    });
  },
};

/** Checks of a schedule's gradient. */
export const gradientChecks: readonly ScheduleCheck[] = [replay, frozenDifferences, differences, reference];
