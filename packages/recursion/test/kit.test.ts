import * as tf from '@tensorflow/tfjs-core';
import { mapTensors, stopGradient } from '@hrm/layers';
import { PartFault } from '@hrm/layers/testing';
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
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

/** A fault is a sentence, not a dump of the compared values. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(PartFault);
  const { message } = error as PartFault;
  expect(message).toMatch(/^[^\n]{30,400}$/);
  expect(message).not.toMatch(/toEqual|toBe|Object\.is|AssertionError/);
}

/** The checks, by a word of their titles, that a schedule fails. */
async function failures(make: () => RecursionSchedule, options?: ScheduleTestOptions): Promise<string[]> {
  return (await faults(make, options)).failed;
}

/** The same, and the message of the first. */
async function faults(make: () => RecursionSchedule, options: ScheduleTestOptions = { gradient: 2 }) {
  const subject = new ScheduleSubject(make, options);
  const failed: string[] = [];
  let fault = '';
  for (const { title, applies, check } of scheduleChecks) {
    if (!(applies?.(subject) ?? true)) continue;
    try {
      await check(subject);
    } catch (error) {
      expectSentence(error);
      fault ||= (error as Error).message;
      failed.push(
        /shape|its inputs, and|its own tensors|by itself|last refinements|finite differences|reference|leaks|for each puzzle|reads no|random|stage|backend/.exec(
          title,
        )![0],
      );
    }
  }
  await useBackend('cpu');
  return { failed, fault };
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
  it('passes good schedules, with or without the option gradient', async () => {
    expect(await failures(() => good)).toEqual([]);
    expect(await failures(() => good, {})).toEqual([]);
    expect(await failures(() => unrolled({ hCycles: 2, lCycles: 2 }), {})).toEqual([]);
    expect(await failures(() => equilibrium({ jacobianWeight: 1 }), {})).toEqual([]);
  });

  const broken: { [what: string]: [make: () => RecursionSchedule, checks: string[], fault: RegExp] } = {
    'drops a position': [
      spoiledHigh((zH) => tf.slice(zH, [0, 1, 0])),
      ['shape', 'by itself', 'last refinements'],
      /refine returns a latent of shape \[2, 2, 4\] and type float32, expected \[2, 3, 4\]/,
    ],
    'divides by zero': [
      spoiledHigh((zH) => tf.div(zH, 0)),
      ['shape', 'by itself', 'last refinements', 'backend'],
      /latents that are not finite: likely a division by zero/,
    ],
    'averages over the batch': [
      spoiledHigh((zH) => tf.add(zH, tf.mean(zH, 0, true))),
      ['by itself', 'last refinements'],
      /puzzle 0 differs in a batch of 3 from alone .*: likely a mean, sum or norm over axis 0/,
    ],
    'carries no gradient': [
      spoiled((result) => mapTensors(result, stopGradient)),
      ['last refinements'],
      /should cover the last 2 of 6 refinements, but there is none: likely withoutGradient or stopGradient/,
    ],
    'carries too much gradient': [
      () => unrolled({ hCycles: 2, lCycles: 2 }),
      ['last refinements'],
      /last 2 of 6 refinements, but it covers all 6 and the initial latents: put withoutGradient/,
    ],
    'carries too little gradient': [
      () => unrolled({ hCycles: 2, lCycles: 2, withGradient: 1 }),
      ['last refinements'],
      /last 2 of 6 refinements, but it covers the last 1: put withoutGradient/,
    ],
    'adds a gradient by the puzzle': [
      spoiledHigh((zH, x) => tf.add(zH, tf.sub(x, stopGradient(x)))),
      ['last refinements'],
      /but it differs .*: likely another operation than f_L and f_H has a gradient/,
    ],
    'leaks a tensor': [
      spoiled((result) => (tf.keep(tf.scalar(1)), result)),
      ['leaks'],
      /refine leaves tensors besides its result \(1\): wrap it in tf.tidy/,
    ],
    'returns its input': [
      () => ({ name: 'lazy', refine: (core, latents, x) => ({ latents: core.fL(latents, x) }) }),
      ['its own tensors', 'last refinements', 'leaks'],
      /freeing what refine returns frees the input zH: .* return tf.clone of it instead/,
    ],
    'frees its input': [
      () => ({
        name: 'greedy',
        refine(core, latents, x) {
          const result = good.refine(core, latents, x);
          latents.zH.dispose();
          return result;
        },
      }),
      ['its inputs, and', 'its own tensors', 'by itself', 'last refinements', 'leaks', 'backend'],
      /refine frees the input zH: likely the schedule disposes it/,
    ],
    'changes from call to call': [
      spoiledHigh((zH) => tf.add(zH, 0.01 * calls++)),
      ['its inputs, and', 'by itself', 'last refinements', 'backend'],
      /a second call of refine returns another zH for the same latents: likely the schedule keeps state/,
    ],
    'draws a random number': [
      spoiledHigh((zH) => tf.add(zH, 0 * Math.random())),
      ['random'],
      /uses Math\.random, so runs cannot be repeated: draw from the stream in its method draw, and let refine use `draws`/,
    ],
    'draws from something else than its stream': [
      () => ({ ...good, draw: () => ({ noise: Float32Array.of(calls++) }) }),
      ['random'],
      /draw returns other numbers for a stream with the same seed/,
    ],
    'reads a value': [
      spoiledHigh((zH) => tf.add(zH, 0 * zH.dataSync()[0]!)),
      ['reads no'],
      /reads the values of a tensor .* or set recordable: false/,
    ],
    'regularizes all puzzles together': [
      spoiled(({ latents }) => ({ latents, regularizer: tf.scalar(1) as unknown as tf.Tensor1D })),
      ['for each puzzle'],
      /regularizer has the shape \[\], expected \[2\], a number for each puzzle: likely a sum or mean over the batch/,
    ],
    'reports NaN': [
      spoiled(({ latents }) => ({ latents, metrics: { steps: tf.fill([2], NaN) } })),
      ['for each puzzle'],
      /steps is not finite: likely a division by zero/,
    ],
    'adds something on WebAssembly': [
      spoiledHigh((zH) => (tf.getBackend() === 'wasm' ? tf.add(zH, 0.01) : zH)),
      ['backend'],
      /the result differs between wasm and cpu .*: likely/,
    ],
    'makes a new schedule for each call of at': [
      () => ({ ...good, at: () => oneStepGradient({ hCycles: 2, lCycles: 2 }) }) as RecursionSchedule,
      ['stage'],
      /at\(\) returns 101 schedules over training, and each is recorded again: make one for each stage/,
    ],
    'differs from its last stage': [
      () => ({ ...progressive({ schedule: 'one-step-gradient' }), refine: good.refine }),
      ['stage'],
      /refine differs from the last stage .* must do the same as at\(1\)\.refine/,
    ],
    'is not called': [
      (() => oneStepGradient) as never,
      [
        'shape',
        'its inputs, and',
        'its own tensors',
        'by itself',
        'last refinements',
        'finite differences',
        'leaks',
        'for each puzzle',
        'reads no',
        'random',
        'backend',
      ],
      /returned is the function oneStepGradient, expected an object with a method refine; did you forget to call it/,
    ],
  };
  it.each(Object.entries(broken))('fails a schedule that %s', async (_, [make, expected, message]) => {
    const { failed, fault } = await faults(make);
    expect(failed).toEqual(expected);
    expect(fault).toMatch(message);
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

it('a schedule that returns nothing has a message that says so', async () => {
  const { fault } = await faults(() => ({ name: 'nothing', refine: (() => undefined) as never }));
  expect(fault).toContain('likely a method that returned nothing');
});
