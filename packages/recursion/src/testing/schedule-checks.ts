import * as tf from '@tensorflow/tfjs-core';
import { expectThat, explained, NOT_FINITE } from '@hrm/layers/testing';
import { firstDifference, gradientChecks, type NamedValues } from './gradient-check';
import { repeatabilityChecks } from './repeatability-checks';
import type { ScheduleCheck } from './schedule-check';
import type { ScheduleProblem } from './schedule-subject';
import { latentValues, refine, train, values } from './schedule-values';

/** Throws if something has freed what a schedule was given. */
function expectUntouched({ latents, x }: Pick<ScheduleProblem, 'latents' | 'x'>, by: string): void {
  const freed = Object.entries({ zH: latents.zH, zL: latents.zL, x }).find(([, tensor]) => tensor.isDisposed);
  expectThat(
    freed === undefined,
    () =>
      `${by} frees ${freed![0]}, which the schedule was given: likely it disposes of it, or returns the very tensor; return ` +
      'tf.clone of it instead',
  );
}

const shapes: ScheduleCheck = {
  title: 'gives finite latents of the shape they had, for each size, the levels being one module or two',
  check(subject) {
    for (const sizes of subject.sizes) {
      for (const sharedLevels of [false, true]) {
        subject.withProblem(
          sizes,
          (problem) =>
            tf.tidy(() => {
              const { latents } = refine(problem);
              for (const latent of [latents.zH, latents.zL]) {
                expectThat(
                  latent.shape.join() === problem.x.shape.join() && latent.dtype === 'float32',
                  () =>
                    `refine gives a latent of shape [${latent.shape.join(', ')}] and type ${latent.dtype}, expected ` +
                    `[${problem.x.shape.join(', ')}] of float32: latents keep the shape they have, likely a slice, sum or cast is in the way`,
                );
                expectThat(
                  values(latent).every(Number.isFinite),
                  () => `refine gives latents that are not finite: ${NOT_FINITE}`,
                );
              }
            }),
          { sharedLevels },
        );
      }
    }
  },
};

const inputs: ScheduleCheck = {
  title: 'leaves what it is given as it was, and gives the same again',
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
          () => 'refine changes the tensors that it is given: likely a variable among them is assigned to',
        );
        const expectSame = (got: NamedValues, expected: NamedValues, whose: string) => {
          const name = Object.keys(expected).find((name) => got[name]!.join() !== expected[name]!.join());
          expectThat(
            name === undefined,
            () =>
              `${whose} gives another ${name} from the same latents: likely the schedule remembers something between ` +
              'segments, or draws random numbers itself; state goes into the latents, numbers come from `draws`',
          );
        };
        expectSame(latentValues(refine(problem)), first, 'a second call of refine');
        expectSame(
          latentValues(refine({ ...problem, schedule: subject.make() })),
          first,
          'another schedule made alike',
        );
        expectSame(train(problem), train(problem), 'a second call of refine in training');
      }),
    );
  },
};

const ownTensors: ScheduleCheck = {
  title: 'gives tensors of its own, which can be freed without touching what it was given',
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
      () => 'no size that describeSchedule was given has a batch over 1: give one, to tell puzzles apart',
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
              `puzzle ${sample} comes out otherwise in a batch of ${sizes.batch} than alone (${difference}): likely a mean, sum ` +
              'or norm over axis 0, a stop for all puzzles at once, or numbers that are not finite or drawn by chance',
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
        () =>
          `refine leaves ${extra} more in memory than it returns: wrap what it does in tf.tidy, and tf.keep nothing`,
      );
      expectThat(
        extra === 0,
        () =>
          'refine returns tensors that were there before, or frees what it was given: return copies, tf.clone(zH), and free nothing',
      );
      tf.dispose(result);
      train(problem);
      const left = tf.memory().numTensors - before;
      expectThat(
        left === 0,
        () =>
          `${left} more in memory after a step with gradients than before: likely a tf.keep, or a gradFunc that saves what it made`,
      );
    });
  },
};

const figures: ScheduleCheck = {
  title: 'adds to the loss, and reports, nothing but finite numbers, one a puzzle',
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
              'a sum or mean over the batch; take it over the other axes alone',
          );
          expectThat(values(figure).every(Number.isFinite), () => `${name} is not finite: ${NOT_FINITE}`);
        }
      }),
    );
  },
};

/** Everything that is asked of a schedule; `describeSchedule` makes tests of it. */
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
