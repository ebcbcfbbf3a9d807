import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, valueAndGradients } from '@hrm/layers';
import { expectThat } from '@hrm/layers/testing';
import { vi } from 'vitest';
import { isProgressive } from '../schedules/recursion-schedule';
import { firstDifference } from './gradient-check';
import type { ScheduleCheck } from './schedule-check';
import { latentValues, refine, train } from './schedule-values';

const recording: ScheduleCheck = {
  title: 'reads no value of a tensor, forward or backward, if it is recordable',
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
            'instead, such as with tf.where, or set recordable: false',
        );
      } finally {
        for (const read of reads) read.mockRestore();
      }
    });
  },
};

const randomness: ScheduleCheck = {
  title: 'draws random numbers only in draw, from the given stream',
  check(subject) {
    const chance = vi.spyOn(Math, 'random');
    try {
      const shape = [2, 3, 4] as const;
      const drawn = (seed: number) => subject.make().draw?.(new RandomStream(seed), shape);
      const text = (seed: number) => JSON.stringify(drawn(seed));
      expectThat(
        text(0) === text(0),
        () => 'draw returns other numbers for a stream with the same seed: take them only from the given stream',
      );
      expectThat(
        Object.keys(drawn(0) ?? {}).length === 0 || text(1) !== text(0),
        () =>
          'draw returns the same numbers for every seed: likely it makes its own stream; take them from the given one',
      );
      subject.withProblem(subject.sizes[0]!, (problem) => train(problem));
      expectThat(
        chance.mock.calls.length === 0,
        () =>
          'the schedule uses Math.random, so runs cannot be repeated: draw from the stream in its method draw, and let refine ' +
          'use `draws`',
      );
    } finally {
      chance.mockRestore();
    }
  },
};

const stages: ScheduleCheck = {
  title: 'has one working schedule for each stage of training',
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
            `at() returns ${found.size} schedules over training, and each is recorded again: make one for each stage, once`,
        );
        for (const stage of found) {
          const { zH } = refine({ ...problem, schedule: stage }).latents;
          expectThat(
            zH.shape.join() === problem.x.shape.join(),
            () =>
              `the stage ${stage.name} returns a latent of shape [${zH.shape.join(', ')}], expected [${problem.x.shape.join(', ')}]`,
          );
        }
        const last = firstDifference(
          latentValues(refine(problem)),
          latentValues(refine({ ...problem, schedule: schedule.at(1) })),
        );
        expectThat(
          last === undefined,
          () =>
            `refine differs from the last stage (${last}): evaluation uses it, so it must do the same as ` +
            'at(1).refine',
        );
      }),
    );
  },
};

const backends: ScheduleCheck = {
  title: 'returns the same answers and gradients on every backend',
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
            `the result differs between ${backend.name} and ${first!.name} (${difference}): likely numbers that are not finite ` +
            'or random, or a branch on tf.getBackend()',
        );
      }
    } finally {
      await first!.use();
    }
  },
};

/**
 * Checks that a schedule can be recorded, and that its results repeat: for equal draws, at each stage, on every
 * backend.
 */
export const repeatabilityChecks: readonly ScheduleCheck[] = [recording, randomness, stages, backends];
