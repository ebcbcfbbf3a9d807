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
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** A fault is told in a sentence, and not as a dump of what was compared. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(PartFault);
  const { message } = error as PartFault;
  expect(message).toMatch(/^[^\n]{30,400}$/);
  expect(message).not.toMatch(/toEqual|toBe|Object\.is|AssertionError/);
}

/** The checks, by a word of their titles, that a schedule does not pass. */
async function failures(make: () => RecursionSchedule, options?: ScheduleTestOptions): Promise<string[]> {
  return (await faults(make, options)).failed;
}

/** The same, and what is said of the first. */
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
        /shape|as it was, and gives|of its own|by itself|last refinements|finite differences|reference|leaks|one a puzzle|reads no|random|stage|backend/.exec(
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
  it('passes good schedules, told of their gradient or not', async () => {
    expect(await failures(() => good)).toEqual([]);
    expect(await failures(() => good, {})).toEqual([]);
    expect(await failures(() => unrolled({ hCycles: 2, lCycles: 2 }), {})).toEqual([]);
    expect(await failures(() => equilibrium({ jacobianWeight: 1 }), {})).toEqual([]);
  });

  const broken: { [what: string]: [make: () => RecursionSchedule, checks: string[], fault: RegExp] } = {
    'drops a position': [
      spoiledHigh((zH) => tf.slice(zH, [0, 1, 0])),
      ['shape', 'by itself', 'last refinements'],
      /refine gives a latent of shape \[2, 2, 4\] and type float32, expected \[2, 3, 4\]/,
    ],
    'divides by zero': [
      spoiledHigh((zH) => tf.div(zH, 0)),
      ['shape', 'by itself', 'last refinements', 'backend'],
      /latents that are not finite: likely a division by zero/,
    ],
    'averages over the batch': [
      spoiledHigh((zH) => tf.add(zH, tf.mean(zH, 0, true))),
      ['by itself', 'last refinements'],
      /puzzle 0 comes out otherwise in a batch of 3 than alone .*: likely a mean, sum or norm over axis 0/,
    ],
    'lets no gradient through': [
      spoiled((result) => mapTensors(result, stopGradient)),
      ['last refinements'],
      /should be that of the last 2 of 6 refinements, and there is none: likely withoutGradient or stopGradient/,
    ],
    'lets more gradient through than it should': [
      () => unrolled({ hCycles: 2, lCycles: 2 }),
      ['last refinements'],
      /last 2 of 6 refinements, and goes through all 6 into the latents before: put withoutGradient/,
    ],
    'lets less gradient through than it should': [
      () => unrolled({ hCycles: 2, lCycles: 2, withGradient: 1 }),
      ['last refinements'],
      /last 2 of 6 refinements, and is that of the last 1: put withoutGradient/,
    ],
    'adds a gradient by the puzzle': [
      spoiledHigh((zH, x) => tf.add(zH, tf.sub(x, stopGradient(x)))),
      ['last refinements'],
      /and is another .*: likely something beside f_L and f_H has a gradient/,
    ],
    'leaks a tensor': [
      spoiled((result) => (tf.keep(tf.scalar(1)), result)),
      ['leaks'],
      /refine leaves 1 more in memory than it returns: wrap what it does in tf.tidy/,
    ],
    'returns what it was given': [
      () => ({ name: 'lazy', refine: (core, latents, x) => ({ latents: core.fL(latents, x) }) }),
      ['of its own', 'last refinements', 'leaks'],
      /freeing what refine returns frees zH, .* return tf.clone of it instead/,
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
      /refine frees zH, which the schedule was given: likely it disposes of it/,
    ],
    'is never the same twice': [
      spoiledHigh((zH) => tf.add(zH, 0.01 * calls++)),
      ['as it was, and gives', 'by itself', 'last refinements', 'backend'],
      /a second call of refine gives another zH from the same latents: likely the schedule remembers something/,
    ],
    'draws a random number': [
      spoiledHigh((zH) => tf.add(zH, 0 * Math.random())),
      ['random'],
      /draws random numbers itself \(Math\.random\): let its method draw take them from the stream, and refine from `draws`/,
    ],
    'draws numbers that its stream does not repeat': [
      () => ({ ...good, draw: () => ({ noise: Float32Array.of(calls++) }) }),
      ['random'],
      /draw gives other numbers from a stream with the same seed/,
    ],
    'reads a value': [
      spoiledHigh((zH) => tf.add(zH, 0 * zH.dataSync()[0]!)),
      ['reads no'],
      /reads the values of a tensor .* or say recordable: false/,
    ],
    'regularizes all puzzles together': [
      spoiled(({ latents }) => ({ latents, regularizer: tf.scalar(1) as unknown as tf.Tensor1D })),
      ['one a puzzle'],
      /regularizer has the shape \[\], expected \[2\], a number for each puzzle: likely a sum or mean over the batch/,
    ],
    'reports nothing that is a number': [
      spoiled(({ latents }) => ({ latents, metrics: { steps: tf.fill([2], NaN) } })),
      ['one a puzzle'],
      /steps is not finite: likely a division by zero/,
    ],
    'adds something on WebAssembly': [
      spoiledHigh((zH) => (tf.getBackend() === 'wasm' ? tf.add(zH, 0.01) : zH)),
      ['backend'],
      /on wasm it is not what it is on cpu .*: likely/,
    ],
    'makes a new schedule each time it is asked for a stage': [
      () => ({ ...good, at: () => oneStepGradient({ hCycles: 2, lCycles: 2 }) }) as RecursionSchedule,
      ['stage'],
      /at\(\) gives 101 schedules over training: make each stage's once and return it/,
    ],
    'ends otherwise than in its last stage': [
      () => ({ ...progressive({ schedule: 'one-step-gradient' }), refine: good.refine }),
      ['stage'],
      /refine is not that of the last stage .* let it do what at\(1\)\.refine does/,
    ],
    'is not called': [
      (() => oneStepGradient) as never,
      [
        'shape',
        'as it was, and gives',
        'of its own',
        'by itself',
        'last refinements',
        'finite differences',
        'leaks',
        'one a puzzle',
        'reads no',
        'random',
        'backend',
      ],
      /made is the function oneStepGradient, expected an object with a method refine; was it to be called first/,
    ],
  };
  it.each(Object.entries(broken))('fails a schedule that %s', async (_, [make, expected, told]) => {
    const { failed, fault } = await faults(make);
    expect(failed).toEqual(expected);
    expect(fault).toMatch(told);
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

it('a schedule that gives nothing back is told to return something', async () => {
  const { fault } = await faults(() => ({ name: 'nothing', refine: (() => undefined) as never }));
  expect(fault).toContain('likely a method that gave nothing back');
});
