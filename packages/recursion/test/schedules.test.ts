import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients, withoutGradient } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  fullRecursion,
  oneStepGradient,
  progressive,
  recall,
  unrolled,
  type Latents,
  type RecursionCore,
  type RecursionSchedule,
} from '../src/index';
import { isProgressive } from '../src/schedules/recursion-schedule';
import { lossOf } from '../src/testing/schedule-subject';
import { smallProblem } from './small-core';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** The loss and its gradients by both weights, the embedded puzzle and both latents, as numbers. */
function gradientsOf(refine: (core: RecursionCore, latents: Latents, x: tf.Tensor3D) => Latents) {
  return tf.tidy(() => {
    const { core, latents, x, weights } = smallProblem();
    const { loss, gradients } = valueAndGradients(
      () => ({ loss: lossOf(refine(core, latents, x)), auxiliary: {} }),
      [...weights, x, latents.zH, latents.zL],
    );
    return [loss, ...gradients].map((tensor) => [...tensor.dataSync()]);
  });
}

const gradientsOfSchedule = (schedule: RecursionSchedule) =>
  gradientsOf((core, latents, x) => schedule.refine(core, latents, x).latents);

const isZero = (values: number[]) => values.every((value) => value === 0);

describe('oneStepGradient', () => {
  it('runs the official order, with gradient only in the last f_L and f_H', () => {
    const expected = gradientsOf((core, latents, x) => {
      const before = withoutGradient(() => {
        let z = core.fL(core.fL(latents, x), x);
        z = core.fH(z);
        return core.fL(z, x);
      });
      return core.fH(core.fL(before, x));
    });
    expect(gradientsOfSchedule(oneStepGradient({ hCycles: 2, lCycles: 2 }))).toEqual(expected);
    expect(isZero(expected[4]!)).toBe(true);
  });
});

describe('fullRecursion', () => {
  it('runs the official order, with gradient only in the last H-cycle', () => {
    const expected = gradientsOf((core, latents, x) => {
      const before = withoutGradient(() => core.fH(core.fL(core.fL(core.fL(latents, x), x), x)));
      return core.fH(core.fL(core.fL(core.fL(before, x), x), x));
    });
    expect(gradientsOfSchedule(fullRecursion({ hCycles: 2, lCycles: 3 }))).toEqual(expected);
  });
});

describe('unrolled', () => {
  it('lets gradient flow through all refinements, and into the initial latents', () => {
    const expected = gradientsOf((core, latents, x) => {
      const first = core.fH(core.fL(core.fL(latents, x), x));
      return core.fH(core.fL(core.fL(first, x), x));
    });
    const got = gradientsOfSchedule(unrolled({ hCycles: 2, lCycles: 2 }));
    expect(got).toEqual(expected);
    expect(isZero(got[3]!) || isZero(got[4]!)).toBe(false);
  });

  it('equals the other schedules for their number of refinements with gradient', () => {
    const cycles = { hCycles: 2, lCycles: 3 };
    expect(gradientsOfSchedule(unrolled({ ...cycles, withGradient: 2 }))).toEqual(
      gradientsOfSchedule(oneStepGradient(cycles)),
    );
    expect(gradientsOfSchedule(unrolled({ ...cycles, withGradient: 4 }))).toEqual(
      gradientsOfSchedule(fullRecursion(cycles)),
    );
  });

  it('cuts the gradient anywhere, also inside a cycle', () => {
    const counts = [1, 2, 3, 5, 6, 7, 8].map((withGradient) =>
      gradientsOfSchedule(unrolled({ hCycles: 2, lCycles: 3, withGradient })),
    );
    for (const [i, [loss, low]] of counts.entries()) {
      expect(loss).toEqual(counts[0]![0]);
      // f_H alone gives no gradient to f_L.
      expect(isZero(low!)).toBe(i === 0);
      if (i > 0) expect(low).not.toEqual(counts[i - 1]![1]);
    }
  });
});

describe('every schedule of few cycles', () => {
  it.each<[string, RecursionSchedule]>([
    ['one-step (1, 1)', oneStepGradient({ hCycles: 1, lCycles: 1 })],
    ['one-step (1, 2)', oneStepGradient({ hCycles: 1, lCycles: 2 })],
    ['full (1, 1)', fullRecursion({ hCycles: 1, lCycles: 1 })],
    ['unrolled (1, 1)', unrolled({ hCycles: 1, lCycles: 1 })],
    ['unrolled (1, 1), last', unrolled({ hCycles: 1, lCycles: 1, withGradient: 1 })],
  ])('%s leaves the latents it was given alone', (_, schedule) => {
    const { core, latents, x } = smallProblem();
    const before = [...latents.zH.dataSync(), ...latents.zL.dataSync()];
    schedule.refine(core, latents, x);
    expect([...latents.zH.dataSync(), ...latents.zL.dataSync()]).toEqual(before);
  });
});

describe('progressive', () => {
  it("grows as CGAR's does: (2, 1), (4, 2), (6, 3) from 0, 30% and 60%", () => {
    const schedule = progressive();
    for (const [progress, hCycles, lCycles] of [
      [0, 1, 2],
      [0.29, 1, 2],
      [0.3, 2, 4],
      [0.59, 2, 4],
      [0.6, 3, 6],
      [1, 3, 6],
    ] as const) {
      expect(gradientsOfSchedule(schedule.at(progress))).toEqual(
        gradientsOfSchedule(fullRecursion({ hCycles, lCycles })),
      );
    }
    expect(gradientsOfSchedule(schedule)).toEqual(gradientsOfSchedule(schedule.at(1)));
  });

  it('returns the same schedule throughout a stage', () => {
    const schedule = progressive();
    expect(schedule.at(0.3)).toBe(schedule.at(0.5));
    expect(schedule.at(0.3)).not.toBe(schedule.at(0.6));
  });

  it('makes its stages from any schedule', () => {
    const stages = [{ from: 0, hCycles: 1, lCycles: 2 }, { from: 0.5, hCycles: 2, lCycles: 2 }]; // prettier-ignore
    expect(progressive({ stages, schedule: 'one-step-gradient' }).at(0.7).name).toBe('one-step-gradient');
    expect(progressive({ stages, schedule: 'unrolled' }).at(0.7).name).toBe('unrolled');
    const made: object[] = [];
    progressive({
      stages,
      schedule: (cycles) => {
        made.push(cycles);
        return oneStepGradient(cycles);
      },
    });
    expect(made).toEqual([{ hCycles: 1, lCycles: 2 }, { hCycles: 2, lCycles: 2 }]); // prettier-ignore
  });

  it('is recognised by isProgressive', () => {
    expect(isProgressive(progressive())).toBe(true);
    expect(isProgressive(oneStepGradient({ hCycles: 1, lCycles: 1 }))).toBe(false);
  });
});

describe('a wrong option', () => {
  const cycles = { hCycles: 2, lCycles: 2 };
  it.each<[string, () => unknown]>([
    ['oneStepGradient: hCycles is 0', () => oneStepGradient({ hCycles: 0, lCycles: 1 })],
    ['oneStepGradient: there is no option "cycles"', () => oneStepGradient({ ...cycles, cycles: 1 } as typeof cycles)],
    ['fullRecursion: lCycles is 1.5', () => fullRecursion({ hCycles: 1, lCycles: 1.5 })],
    ['fullRecursion: lCycles is undefined', () => fullRecursion({ hCycles: 1 } as typeof cycles)],
    ['hCycles 100 and lCycles 100 make 10100 applications', () => fullRecursion({ hCycles: 100, lCycles: 100 })],
    ['recall: applications is 10001', () => recall({ applications: 10_001 })],
    ['unrolled: withGradient is 0', () => unrolled({ ...cycles, withGradient: 0 })],
    ['is only 6; leave it out', () => unrolled({ ...cycles, withGradient: 7 })],
    ['unrolled: there is no option "last"', () => unrolled({ ...cycles, last: 2 } as typeof cycles)],
    ['recall: applications is 0', () => recall({ applications: 0 })],
    ['recall: withGradient is 0', () => recall({ applications: 2, withGradient: 0 })],
    ['only 2 applications; leave it out', () => recall({ applications: 2, withGradient: 3 })],
    ['recall: noise is -1', () => recall({ applications: 2, noise: -1 })],
    ['progressive: there is no option "stage"', () => progressive({ stage: [] } as object)],
    ['there is no schedule "deep"', () => progressive({ schedule: 'deep' as 'unrolled' })],
    ['expected 0 first', () => progressive({ stages: [] })],
    ['begin at [0.1]', () => progressive({ stages: [{ from: 0.1, ...cycles }] })],
    ['then rising', () => progressive({ stages: [0, 0.5, 0.5].map((from) => ({ from, ...cycles })) })],
    ['the progress is 1.1', () => progressive().at(1.1)],
    ['the progress is NaN', () => progressive().at(NaN)],
  ])('is an error: %s', (message, act) => {
    expect(act).toThrow(message);
  });
});
