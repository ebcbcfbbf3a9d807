import * as tf from '@tensorflow/tfjs-core';
import { expectThat, explained, NOT_FINITE } from '@hrm/layers/testing';
import { firstDifference, gradientChecks, type NamedValues } from './gradient-check';
import { repeatabilityChecks } from './repeatability-checks';
import type { ScheduleCheck } from './schedule-check';
import type { ScheduleProblem } from './schedule-subject';
import { latentValues, refine, train, values } from './schedule-values';

/** Throws if a schedule's inputs have been freed. */
function expectUntouched({ latents, x }: Pick<ScheduleProblem, 'latents' | 'x'>, by: string): void {
  const freed = Object.entries({ zH: latents.zH, zL: latents.zL, x }).find(([, tensor]) => tensor.isDisposed);
  expectThat(
    freed === undefined,
    () =>
      `${by} frees the input ${freed![0]}: likely the schedule disposes it, or returns the same tensor; return tf.clone of it ` +
      'instead',
  );
}

/** Throws unless a latent that `refine` returns has the shape of `x`, and is finite. */
function expectLatent(latent: tf.Tensor3D, { x }: Pick<ScheduleProblem, 'x'>): void {
  expectThat(
    latent.shape.join() === x.shape.join() && latent.dtype === 'float32',
    () =>
      `refine returns a latent of shape [${latent.shape.join(', ')}] and type ${latent.dtype}, expected ` +
      `[${x.shape.join(', ')}] of float32: latents must keep their shape; likely there is a slice, sum or cast too many`,
  );
  expectThat(values(latent).every(Number.isFinite), () => `refine returns latents that are not finite: ${NOT_FINITE}`);
}

const shapes: ScheduleCheck = {
  title: 'returns finite latents of the same shape, for each size, with shared or separate levels',
  check(subject) {
    const checkOne = (problem: ScheduleProblem) =>
      tf.tidy(() => {
        const { zH, zL } = refine(problem).latents;
        for (const latent of [zH, zL]) expectLatent(latent, problem);
      });
    for (const sizes of subject.sizes) {
      for (const sharedLevels of [false, true]) subject.withProblem(sizes, checkOne, { sharedLevels });
    }
  },
};

const inputs: ScheduleCheck = {
  title: 'does not change its inputs, and returns the same result again',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const { latents, x } = problem;
        const given = [latents.zH, latents.zL, x];
        const before = given.map(values);
        const first = latentValues(refine(problem));
        expectUntouched(problem, 'refine');
        expectThat(
          given.every((tensor, i) => values(tensor).join() === before[i]!.join()),
          () => 'refine changes its inputs: likely it assigns to a variable',
        );
        const expectSame = (got: NamedValues, expected: NamedValues, whose: string) => {
          const name = Object.keys(expected).find((name) => got[name]!.join() !== expected[name]!.join());
          expectThat(
            name === undefined,
            () =>
              `${whose} returns another ${name} for the same latents: likely the schedule keeps state between segments, or ` +
              'draws random numbers itself; keep state in the latents and take numbers from `draws`',
          );
        };
        expectSame(latentValues(refine(problem)), first, 'a second call of refine');
        expectSame(
          latentValues(refine({ ...problem, schedule: subject.make() })),
          first,
          'another schedule with the same options',
        );
        expectSame(train(problem), train(problem), 'a second call of refine in training');
      }),
    );
  },
};

const ownTensors: ScheduleCheck = {
  title: 'returns its own tensors, which can be freed without freeing its inputs',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) => {
      const { latents, x } = problem;
      tf.dispose(refine(problem));
      expectUntouched({ latents, x }, 'freeing what refine returns');
    });
  },
};

const samples: ScheduleCheck = {
  title: 'treats each puzzle of a batch by itself',
  check(subject) {
    const sizes = subject.sizes.reduce((largest, next) => (next.batch > largest.batch ? next : largest));
    expectThat(
      sizes.batch > 1,
      () => 'no size given to describeSchedule has a batch over 1, so puzzles cannot be compared: add one',
    );
    subject.withProblem(sizes, (problem) =>
      tf.tidy(() => {
        const together = refine(problem).latents;
        const of = (tensor: tf.Tensor3D, sample: number) =>
          tf.slice(tensor, [sample, 0, 0], [1, sizes.seqLen, sizes.hiddenSize]);
        for (let sample = 0; sample < sizes.batch; sample++) {
          const { latents, x } = problem;
          const start = { zH: of(latents.zH, sample), zL: of(latents.zL, sample) };
          const alone = latentValues(refine({ ...problem, latents: start, x: of(x, sample) }));
          const expected = { zH: values(of(together.zH, sample)), zL: values(of(together.zL, sample)) };
          const difference = firstDifference(alone, expected);
          expectThat(
            difference === undefined,
            () =>
              `puzzle ${sample} differs in a batch of ${sizes.batch} from alone (${difference}): likely a mean, sum ` +
              'or norm over axis 0, a stop for all puzzles at once, or numbers that are not finite or random',
          );
        }
      }),
    );
  },
};

const leaks: ScheduleCheck = {
  title: 'leaks no tensor, forward or backward',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) => {
      const before = tf.memory().numTensors;
      const result = refine(problem);
      const { latents, regularizer, metrics = {} } = result;
      const given = new Set([latents.zH, latents.zL, ...(regularizer ? [regularizer] : []), ...Object.values(metrics)]);
      const extra = tf.memory().numTensors - before - given.size;
      expectThat(
        extra <= 0,
        () => `refine leaves tensors besides its result (${extra}): wrap it in tf.tidy, and use no tf.keep`,
      );
      expectThat(
        extra === 0,
        () => 'refine returns or frees its inputs: return copies, tf.clone(zH), and free nothing',
      );
      tf.dispose(result);
      train(problem);
      const left = tf.memory().numTensors - before;
      expectThat(
        left === 0,
        () =>
          `a step with gradients leaves tensors (${left}): likely a tf.keep, or a custom gradient that keeps its own tensors`,
      );
    });
  },
};

const figures: ScheduleCheck = {
  title: 'returns a finite number for each puzzle as regularizer and metrics',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const { schedule, core, latents, x, draws } = problem;
        const { regularizer, metrics = {} } = schedule.refine(core, latents, x, draws);
        for (const [name, figure] of Object.entries({ ...metrics, ...(regularizer && { regularizer }) })) {
          expectThat(
            figure.shape.length === 1 && figure.shape[0] === x.shape[0],
            () =>
              `${name} has the shape [${figure.shape.join(', ')}], expected [${x.shape[0]}], a number for each puzzle: likely ` +
              'a sum or mean over the batch; take it over the other axes only',
          );
          expectThat(values(figure).every(Number.isFinite), () => `${name} is not finite: ${NOT_FINITE}`);
        }
      }),
    );
  },
};

/** All checks of a schedule; `describeSchedule` turns them into tests. */
export const scheduleChecks: readonly ScheduleCheck[] = [
  shapes,
  inputs,
  ownTensors,
  samples,
  ...gradientChecks,
  leaks,
  figures,
  ...repeatabilityChecks,
].map((check) => explained('the schedule', check));
