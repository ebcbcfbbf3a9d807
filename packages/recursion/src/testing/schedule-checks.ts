import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, valueAndGradients } from '@hrm/layers';
import { expect, vi } from 'vitest';
import { isProgressive, type Refinement } from '../recursion-schedule';
import { firstDifference, gradientChecks, lossAndGradients } from './gradient-check';
import type { ScheduleProblem, ScheduleSubject } from './schedule-subject';

/** Something that every schedule must do. */
export interface ScheduleCheck {
  /** What holds of the schedule, as a sentence whose subject is the schedule. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: ScheduleSubject): boolean;
  /** Throws unless it holds. */
  check(subject: ScheduleSubject): void | Promise<void>;
}

/** Outside of training, as evaluation refines. */
const refine = ({ schedule, core, latents, x }: ScheduleProblem) => schedule.refine(core, latents, x);

const train = (problem: ScheduleProblem) =>
  lossAndGradients(problem, () => {
    const { schedule, core, latents, x, draws } = problem;
    return schedule.refine(core, latents, x, draws).latents;
  });

const values = (tensor: tf.Tensor) => tensor.dataSync<'float32'>().slice();

const latentValues = ({ latents }: Refinement) => ({ zH: values(latents.zH), zL: values(latents.zL) });

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
                expect(latent.shape, JSON.stringify(sizes)).toEqual(problem.x.shape);
                expect(latent.dtype).toBe('float32');
                expect(values(latent).every(Number.isFinite), 'all numbers are finite').toBe(true);
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
        expect(given.map((tensor) => tensor.isDisposed)).toEqual([false, false, false]);
        expect(given.map(values)).toEqual(before);
        expect(latentValues(refine(problem))).toEqual(first);
        expect(latentValues(refine({ ...problem, schedule: subject.make() }))).toEqual(first);
        expect(train(problem)).toEqual(train(problem));
      }),
    );
  },
};

const ownTensors: ScheduleCheck = {
  title: 'gives tensors of its own, which can be freed without touching what it was given',
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) => {
      const { latents, x } = problem;
      tf.dispose(refine(problem) as tf.TensorContainer);
      expect([latents.zH, latents.zL, x].map((tensor) => tensor.isDisposed)).toEqual([false, false, false]);
    });
  },
};

const samples: ScheduleCheck = {
  title: 'treats each puzzle of a batch by itself',
  check(subject) {
    const sizes = subject.sizes.reduce((largest, next) => (next.batch > largest.batch ? next : largest));
    expect(sizes.batch, 'the largest batch among the sizes').toBeGreaterThan(1);
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
          expect(firstDifference(alone, expected), `puzzle ${sample}`).toBeUndefined();
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
      expect(tf.memory().numTensors - before, 'tensors made by refine: its results alone').toBe(given.size);
      tf.dispose(result as tf.TensorContainer);
      expect(tf.memory().numTensors - before, 'tensors left when its results are freed').toBe(0);
      train(problem);
      expect(tf.memory().numTensors - before, 'tensors left after gradients').toBe(0);
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
          expect(figure.shape, `the shape of ${name}`).toEqual([x.shape[0]]);
          expect(values(figure).every(Number.isFinite), `${name} is finite`).toBe(true);
        }
      }),
    );
  },
};

const recording: ScheduleCheck = {
  title: 'reads no value of a tensor, forward or backward, unless it says that it cannot be recorded',
  applies: (subject) => subject.make().recordable ?? true,
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) => {
      const { schedule, core, latents, x, draws, parameters } = problem;
      const prototype = tf.Tensor.prototype;
      const reads = [vi.spyOn(prototype, 'dataSync'), vi.spyOn(prototype, 'data')];
      try {
        tf.tidy(() => {
          // Not by lossAndGradients, which reads the gradients itself.
          const { gradients } = valueAndGradients(() => {
            const { zH, zL } = schedule.refine(core, latents, x, draws).latents;
            return { loss: tf.add(tf.sum(zH), tf.sum(zL)) as tf.Scalar, auxiliary: {} };
          }, Object.values(parameters));
          expect(gradients.length).toBeGreaterThan(0);
        });
        expect(reads.map((read) => read.mock.calls.length)).toEqual([0, 0]);
      } finally {
        for (const read of reads) read.mockRestore();
      }
    });
  },
};

const randomness: ScheduleCheck = {
  title: 'draws random numbers from the stream it is given alone, and ahead of a step',
  check(subject) {
    const chance = vi.spyOn(Math, 'random');
    try {
      const shape = [2, 3, 4] as const;
      const drawn = (seed: number) => subject.make().draw?.(new RandomStream(seed), shape);
      expect(drawn(0)).toEqual(drawn(0));
      if (Object.keys(drawn(0) ?? {}).length > 0) expect(drawn(1)).not.toEqual(drawn(0));
      subject.withProblem(subject.sizes[0]!, (problem) => train(problem));
      expect(chance).not.toHaveBeenCalled();
    } finally {
      chance.mockRestore();
    }
  },
};

const stages: ScheduleCheck = {
  title: 'has one schedule for each stage of training, and all of them refine',
  applies: (subject) => isProgressive(subject.make()),
  check(subject) {
    subject.withProblem(subject.sizes[0]!, (problem) =>
      tf.tidy(() => {
        const { schedule } = problem;
        if (!isProgressive(schedule)) throw new TypeError('the schedule has no stages');
        const found = new Set(Array.from({ length: 101 }, (_, i) => schedule.at(i / 100)));
        expect(found.size, 'stages').toBeLessThan(20);
        for (const stage of found) {
          const { zH } = refine({ ...problem, schedule: stage }).latents;
          expect(zH.shape).toEqual(problem.x.shape);
        }
        const last = latentValues(refine({ ...problem, schedule: schedule.at(1) }));
        expect(latentValues(refine(problem)), 'its own refinements, those of the last stage').toEqual(last);
      }),
    );
  },
};

const backends: ScheduleCheck = {
  title: 'gives the same answers and gradients on every backend',
  applies: (subject) => subject.backends.length > 1,
  async check(subject) {
    const [first, ...others] = subject.backends;
    const everything = () =>
      subject.withProblem(subject.sizes.at(-1)!, (problem) =>
        tf.tidy(() => ({ ...latentValues(refine(problem)), ...train(problem) })),
      );
    await first!.use();
    const expected = everything();
    try {
      for (const backend of others) {
        await backend.use();
        expect(firstDifference(everything(), expected), backend.name).toBeUndefined();
      }
    } finally {
      await first!.use();
    }
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
  recording,
  randomness,
  stages,
  backends,
];
