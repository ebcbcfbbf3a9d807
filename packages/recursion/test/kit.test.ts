import * as tf from '@tensorflow/tfjs-core';
import { mapTensors, stopGradient } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  equilibrium,
  oneStepGradient,
  progressive,
  unrolled,
  type RecursionSchedule,
  type Refinement,
} from '../src/index';
import { scheduleChecks, ScheduleSubject, type ScheduleTestOptions } from '../src/testing';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** The checks, by a word of their titles, that a schedule does not pass. */
async function failures(make: () => RecursionSchedule, options: ScheduleTestOptions = { gradient: 2 }) {
  const subject = new ScheduleSubject(make, options);
  const failed: string[] = [];
  for (const { title, applies, check } of scheduleChecks) {
    if (!(applies?.(subject) ?? true)) continue;
    try {
      await check(subject);
    } catch (error) {
      expect((error as Error).message).not.toBe('');
      failed.push(
        /shape|as it was, and gives|of its own|by itself|last refinements|finite differences|reference|leaks|one a puzzle|reads no|random|stage|backend/.exec(
          title,
        )![0],
      );
    }
  }
  await useBackend('cpu');
  return failed;
}

const good = oneStepGradient({ hCycles: 2, lCycles: 2 });

/** A good schedule, whose result is changed by `spoil`. */
const spoiled = (spoil: (refinement: Refinement, x: tf.Tensor3D) => Refinement) => (): RecursionSchedule => ({
  name: 'spoiled',
  refine: (core, latents, x) => tf.tidy(() => spoil(good.refine(core, latents, x), x)),
});

const spoiledHigh = (spoil: (zH: tf.Tensor3D, x: tf.Tensor3D) => tf.Tensor) =>
  spoiled(({ latents }, x) => ({ latents: { ...latents, zH: spoil(latents.zH, x) as tf.Tensor3D } }));

let calls = 0;

describe('the kit', () => {
  it('passes good schedules, told of their gradient or not', async () => {
    expect(await failures(() => good)).toEqual([]);
    expect(await failures(() => good, {})).toEqual([]);
    expect(await failures(() => unrolled({ hCycles: 2, lCycles: 2 }), {})).toEqual([]);
    expect(await failures(() => equilibrium({ jacobianWeight: 1 }), {})).toEqual([]);
  });

  const broken: { [what: string]: [() => RecursionSchedule, string[]] } = {
    'drops a position': [spoiledHigh((zH) => tf.slice(zH, [0, 1, 0])), ['shape', 'by itself', 'last refinements']],
    'divides by zero': [spoiledHigh((zH) => tf.div(zH, 0)), ['shape', 'by itself', 'last refinements', 'backend']],
    'averages over the batch': [
      spoiledHigh((zH) => tf.add(zH, tf.mean(zH, 0, true))),
      ['by itself', 'last refinements'],
    ],
    'lets no gradient through': [spoiled((result) => mapTensors(result, stopGradient)), ['last refinements']],
    'lets more gradient through than it should': [() => unrolled({ hCycles: 2, lCycles: 2 }), ['last refinements']],
    'lets less gradient through than it should': [
      () => unrolled({ hCycles: 2, lCycles: 2, withGradient: 1 }),
      ['last refinements'],
    ],
    'adds a gradient by the puzzle': [
      spoiledHigh((zH, x) => tf.add(zH, tf.sub(x, stopGradient(x)))),
      ['last refinements'],
    ],
    'leaks a tensor': [spoiled((result) => (tf.keep(tf.scalar(1)), result)), ['leaks']],
    'returns what it was given': [
      () => ({ name: 'lazy', refine: (core, latents, x) => ({ latents: core.fL(latents, x) }) }),
      ['of its own', 'last refinements', 'leaks'],
    ],
    'frees what it was given': [
      () => ({
        name: 'greedy',
        refine(core, latents, x) {
          const result = good.refine(core, latents, x);
          latents.zH.dispose();
          return result;
        },
      }),
      ['as it was, and gives', 'of its own', 'by itself', 'last refinements', 'leaks', 'backend'],
    ],
    'is never the same twice': [
      spoiledHigh((zH) => tf.add(zH, 0.01 * calls++)),
      ['as it was, and gives', 'by itself', 'last refinements', 'backend'],
    ],
    'draws a random number': [spoiledHigh((zH) => tf.add(zH, 0 * Math.random())), ['random']],
    'draws numbers that its stream does not repeat': [
      () => ({ ...good, draw: () => ({ noise: Float32Array.of(calls++) }) }),
      ['random'],
    ],
    'reads a value': [spoiledHigh((zH) => tf.add(zH, 0 * zH.dataSync()[0]!)), ['reads no']],
    'regularizes all puzzles together': [
      spoiled(({ latents }) => ({ latents, regularizer: tf.scalar(1) as unknown as tf.Tensor1D })),
      ['one a puzzle'],
    ],
    'reports nothing that is a number': [
      spoiled(({ latents }) => ({ latents, metrics: { steps: tf.fill([2], NaN) } })),
      ['one a puzzle'],
    ],
    'adds something on WebAssembly': [
      spoiledHigh((zH) => (tf.getBackend() === 'wasm' ? tf.add(zH, 0.01) : zH)),
      ['backend'],
    ],
    'makes a new schedule each time it is asked for a stage': [
      () => ({ ...good, at: () => oneStepGradient({ hCycles: 2, lCycles: 2 }) }) as RecursionSchedule,
      ['stage'],
    ],
    'ends otherwise than in its last stage': [
      () => ({ ...progressive({ schedule: 'one-step-gradient' }), refine: good.refine }),
      ['stage'],
    ],
  };
  it.each(Object.entries(broken))('fails a schedule that %s', async (_, [make, expected]) => {
    expect(await failures(make)).toEqual(expected);
  });

  it('holds a gradient to finite differences or to its reference', async () => {
    const oneStep = () => equilibrium({ tolerance: 1e-6, gradient: 'one-step' });
    expect(await failures(oneStep, { gradient: 'exact' })).toEqual(['finite differences']);
    expect(await failures(() => good, { gradient: 'all' })).toEqual(['last refinements', 'finite differences']);
    const reference: ScheduleTestOptions['gradient'] = (core, latents, x) => good.refine(core, latents, x).latents;
    expect(await failures(() => good, { gradient: reference })).toEqual([]);
    expect(await failures(() => unrolled({ hCycles: 2, lCycles: 2 }), { gradient: reference })).toEqual(['reference']);
  });
});
