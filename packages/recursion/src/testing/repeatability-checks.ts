import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, valueAndGradients } from '@hrm/layers';
import { expectThat } from '@hrm/layers/testing';
import { vi } from 'vitest';
import { isProgressive } from '../schedules/recursion-schedule';
import { firstDifference } from './gradient-check';
import type { ScheduleCheck } from './schedule-check';
import { latentValues, refine, train } from './schedule-values';

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
            return { loss: tf.add(tf.sum(zH), tf.sum(zL)), auxiliary: {} };
          }, Object.values(parameters));
          tf.dispose(gradients);
        });
        expectThat(
          reads.every((read) => read.mock.calls.length === 0),
          () =>
            'the schedule reads the values of a tensor (data or dataSync), so its step cannot be recorded: compute with tensors ' +
            'instead, as by tf.where, or say recordable: false',
        );
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
      const text = (seed: number) => JSON.stringify(drawn(seed));
      expectThat(
        text(0) === text(0),
        () =>
          'draw gives other numbers from a stream with the same seed: take them from the stream that it is given, and from nothing else',
      );
      expectThat(
        Object.keys(drawn(0) ?? {}).length === 0 || text(1) !== text(0),
        () =>
          'draw gives the same numbers whatever the seed: likely it makes a stream of its own; take them from the one that it is given',
      );
      subject.withProblem(subject.sizes[0]!, (problem) => train(problem));
      expectThat(
        chance.mock.calls.length === 0,
        () =>
          'the schedule draws random numbers itself (Math.random): let its method draw take them from the stream, and refine ' +
          'from `draws`, or no run can be repeated',
      );
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
        expectThat(
          found.size < 20,
          () =>
            `at() gives ${found.size} schedules over training: make each stage's once and return it, or every step is recorded anew`,
        );
        for (const stage of found) {
          const { zH } = refine({ ...problem, schedule: stage }).latents;
          expectThat(
            zH.shape.join() === problem.x.shape.join(),
            () =>
              `a stage, ${stage.name}, gives a latent of shape [${zH.shape.join(', ')}], expected [${problem.x.shape.join(', ')}]`,
          );
        }
        const last = firstDifference(
          latentValues(refine(problem)),
          latentValues(refine({ ...problem, schedule: schedule.at(1) })),
        );
        expectThat(
          last === undefined,
          () =>
            `refine is not that of the last stage (${last}): evaluation, which knows no progress, uses it, so let it do what ` +
            'at(1).refine does',
        );
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
        const difference = firstDifference(everything(), expected);
        expectThat(
          difference === undefined,
          () =>
            `on ${backend.name} it is not what it is on ${first!.name} (${difference}): likely numbers that are not finite or drawn ` +
            'by chance, or a branch by tf.getBackend()',
        );
      }
    } finally {
      await first!.use();
    }
  },
};

/** That a schedule can be recorded and repeated: from its draws, at each stage, elsewhere. */
export const repeatabilityChecks: readonly ScheduleCheck[] = [recording, randomness, stages, backends];
