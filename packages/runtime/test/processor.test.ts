import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeProcessor, featuresIn, multipliesBfloat16, thisProcessor } from '../src/native/processor';

const withFeatures = (...features: string[]) => ({ name: 'Fast & Sons', features });

describe('featuresIn', () => {
  it.each([
    ['Linux, x86-64', 'model name\t: AMD\nflags\t\t: fpu sse avx fma avx2 avx512f avx512_bf16\n\nflags : fpu', ['avx512_bf16', 'avx512f', 'avx2', 'fma', 'avx']],
    ['Linux with AMX', 'flags : avx amx_bf16 avx512_vnni amx_tile', ['amx_bf16', 'amx_tile', 'avx']],
    ['Linux, ARM', 'Features\t: fp asimd sve bf16 i8mm', ['bf16', 'sve', 'asimd']],
    ['macOS, Intel', 'machdep.cpu.features: FPU AVX1.0 FMA\nmachdep.cpu.leaf7_features: AVX2\nhw.optional.avx512f: 0', ['avx2', 'fma', 'avx']],
    ['macOS, ARM', 'hw.optional.arm.FEAT_BF16: 1\nhw.optional.AdvSIMD: 1\nhw.optional.arm.FEAT_SME: 0', ['bf16', 'asimd']],
    ['a list elsewhere in the text', 'bugs : avx2 bf16', []],
  ])('reads %s', (_, text, features) => expect(featuresIn(text)).toEqual(features)); // prettier-ignore
});

describe('multipliesBfloat16', () => {
  it.each(['amx_bf16', 'avx512_bf16', 'bf16', 'svebf16'])('is true with %s', (feature) =>
    expect(multipliesBfloat16(withFeatures('avx2', feature))).toBe(true),
  );
  it('is false without, and where the features are unknown', () => {
    expect(multipliesBfloat16(withFeatures('avx512f', 'amx_tile', 'avx2'))).toBe(false);
    expect(multipliesBfloat16({ name: 'unknown', features: undefined })).toBe(false);
  });
});

it('a processor is described by its name and features', () => {
  expect(describeProcessor(withFeatures('avx2', 'fma'))).toBe('Fast & Sons (avx2, fma)');
  expect(describeProcessor(withFeatures())).toBe('Fast & Sons (no vector instructions)');
  expect(describeProcessor({ name: 'x', features: undefined })).toBe('x (its features are unknown)');
  // Every processor that Linux runs TensorFlow on has one of them.
  if (existsSync('/proc/cpuinfo')) expect(thisProcessor().features).not.toEqual([]);
});
