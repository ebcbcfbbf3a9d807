import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { hasBfloat16, uncompiled, type Compile } from '@hrm/layers';
import { compile, selectBackend, type CompileMode } from '@hrm/runtime';
import { DEFAULT_PRODUCTS, useBfloat16Products } from '@hrm/runtime/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { isBfloat16Case, readBfloat16Case } from '../src/parity/bfloat16-case';
import { replayBfloat16Case } from '../src/parity/replay-bfloat16-case';
import { backends } from '../../reference-trainer/test/backends';

const cases = fileURLToPath(new URL('testdata/parity-bf16', import.meta.url));
const names = readdirSync(cases);

describe.each(backends)('parity with the official code in bfloat16, on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend });
  });

  const modes: readonly CompileMode[] = backend === 'native' ? ['xla', 'graph', 'eager'] : ['eager'];
  // Plain JavaScript takes seconds; one case shows that it does not round.
  const replayed = backend === 'cpu' ? names.slice(0, 1) : names;
  it.each(replayed.flatMap((name) => modes.map((mode) => ({ name, mode }))))('$name, $mode', async ({ name, mode }) => {
    const before = tf.memory().numTensors;
    const compiler: Compile = mode === 'eager' ? uncompiled : (f) => compile(f, { mode });
    const { ok, errors } = await replayBfloat16Case(readBfloat16Case(`${cases}/${name}`), compiler);
    expect(errors.filter((each) => !each.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    // Float32 would be within these bounds too. Native TensorFlow must round, and the others must not.
    expect(hasBfloat16()).toBe(backend === 'native');
    for (const { quantity, ours, theirs } of errors) {
      if (quantity !== 'logits' && quantity !== 'gradients') continue;
      if (backend === 'native') expect(ours).toBeGreaterThan(0.1 * theirs);
      else expect(ours).toBeLessThan(0.01 * theirs);
    }
  });
});

it.runIf(backends.includes('native'))('the other ways to multiply in bfloat16 are within the same bounds', async () => {
  await selectBackend({ prefer: 'native' });
  const weights = 'float32';
  useBfloat16Products({ weights, weightGradients: 'bfloat16', attention: weights, attentionGradients: weights });
  try {
    const { ok, errors } = await replayBfloat16Case(readBfloat16Case(`${cases}/${names[0]}`), (f) => compile(f));
    expect(errors.filter((each) => !each.ok)).toEqual([]);
    expect(ok).toBe(true);
    // They round, too.
    for (const { quantity, ours, theirs } of errors)
      if (quantity === 'logits' || quantity === 'gradients') expect(ours).toBeGreaterThan(0.1 * theirs);
  } finally {
    useBfloat16Products(DEFAULT_PRODUCTS);
  }
});

describe('a case in bfloat16', () => {
  it('is out of bounds when a recorded float32 logit is another one', async () => {
    await selectBackend({ prefer: 'wasm' });
    const recorded = readBfloat16Case(`${cases}/${names[0]}`);
    const logits = recorded.exact.segments[0]!.get('out.logits')!.data as Float32Array;
    logits[0]! += 3;
    // The official code in bfloat16 agrees with that; ours does not.
    recorded.segments[0]!.get('out.logits')!.data[0]! = logits[0]!;
    const { ok, errors } = await replayBfloat16Case(recorded);
    expect(ok).toBe(false);
    expect(errors.filter((each) => !each.ok).map(({ quantity, segment }) => [quantity, segment])).toContainEqual([
      'logits',
      0,
    ]);
  });

  it('is known by its forward_dtype, and needs the same case in float32', () => {
    expect(isBfloat16Case(`${cases}/${names[0]}`)).toBe(true);
    expect(isBfloat16Case(`${cases}/../parity/${names[0]}`)).toBe(false);
    expect(() => readBfloat16Case(`${cases}/../parity/${names[0]}`)).toThrow('needs the same run in float32');
  });
});
