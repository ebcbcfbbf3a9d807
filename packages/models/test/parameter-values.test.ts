import * as tf from '@tensorflow/tfjs-core';
import { Linear, RandomStream } from '@hrm/layers';
import type { HostTensor } from '@hrm/files';
import { hrm, parameterValues, setParameterValues } from '@hrm/models';
import { fromHostTensor, toHostTensor } from '@hrm/models/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const linear = (seed: number) =>
  new Linear({ inputSize: 2, outputSize: 3, bias: true, random: new RandomStream(seed) });

describe('parameterValues and setParameterValues', () => {
  it('copy the parameters of one model to another exactly', async () => {
    const options = { vocabSize: 5, seqLen: 4, hiddenSize: 2, hLayers: 1, lLayers: 1 };
    const [from, to] = [hrm({ ...options, seed: 1 }), hrm({ ...options, seed: 2 })];
    const values = await parameterValues(from);
    expect(await parameterValues(to)).not.toEqual(values);
    const before = tf.memory().numTensors;
    setParameterValues(to, values);
    expect(tf.memory().numTensors).toBe(before);
    expect(await parameterValues(to)).toEqual(values);
    for (const model of [from, to]) model.dispose();
  });

  it('return copies: changing them changes no parameter', async () => {
    const layer = linear(0);
    const { data } = (await parameterValues(layer)).get('weight')!;
    const first = layer.parameters.weight.dataSync()[0];
    (data as Float32Array)[0] = 99;
    expect(layer.parameters.weight.dataSync()[0]).toBe(first);
  });

  it.each<[string, (values: Map<string, HostTensor>) => void, RegExp]>([
    ['a missing value', (values) => values.delete('bias'), /"bias" is missing/],
    [
      'an unknown name',
      (values) => values.set('gain', values.get('bias')!),
      /"gain" is not a parameter of this model.*same config/s,
    ],
    [
      'another shape',
      (values) => values.set('weight', { dtype: 'float32', shape: [3, 2], data: new Float32Array(6) }),
      /"weight" has shape \[3, 2\], the model needs \[2, 3\]/,
    ],
    [
      'an integer that float32 would round',
      (values) => values.set('bias', { dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, 16_777_217n) }),
      /"bias" of int64 holds 16777217 at 2; expected integers that float32 holds exactly/,
    ],
    [
      'a number beyond the range of float32',
      (values) => values.set('bias', { dtype: 'float64', shape: [3], data: Float64Array.of(1, 1e300, 0) }),
      /"bias" of float64 holds 1e\+300 at 1; expected numbers within/,
    ],
    [
      'many errors',
      (values) => {
        for (let i = 0; i < 8; i++) values.set(`extra.${i}`, values.get('bias')!);
      },
      /extra\.4.*and 3 more/s,
    ],
  ])('refuse %s and then change nothing', async (_, spoil, message) => {
    const layer = linear(0);
    const before = await parameterValues(layer);
    const values = new Map<string, HostTensor>(await parameterValues(linear(1)));
    spoil(values);
    expect(() => setParameterValues(layer, values)).toThrow(message);
    expect(await parameterValues(layer)).toEqual(before);
  });

  it.each<[string, HostTensor]>([
    ['float64', { dtype: 'float64', shape: [3], data: Float64Array.of(1, -2, 3) }],
    ['int64', { dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, -2n, 3n) }],
    ['int8', { dtype: 'int8', shape: [3], data: Int8Array.of(1, -2, 3) }],
  ])('take %s values, converted', (_, bias) => {
    const layer = linear(0);
    setParameterValues(layer, new Map([['weight', { dtype: 'float64', shape: [2, 3], data: Float64Array.of(0, 1, 2, 3, 4, 0.1) }], ['bias', bias]])); // prettier-ignore
    expect([...layer.parameters.bias!.dataSync()]).toEqual([1, -2, 3]);
    expect([...layer.parameters.weight.dataSync()]).toEqual([0, 1, 2, 3, 4, Math.fround(0.1)]);
  });

  it('take bfloat16 and float16 values, held as float32', async () => {
    const layer = linear(0);
    const values = new Map<string, HostTensor>(await parameterValues(layer));
    values.set('bias', { dtype: 'bfloat16', shape: [3], data: Float32Array.of(1.5, -2, 0) });
    setParameterValues(layer, values);
    expect([...layer.parameters.bias!.dataSync()]).toEqual([1.5, -2, 0]);
  });
});

describe('toHostTensor and fromHostTensor', () => {
  it.each([
    ['float32', [0.5, -1, 2]],
    ['int32', [1, -2, 3]],
    ['bool', [1, 0, 1]],
  ] as const)('carry %s there and back', async (dtype, values) => {
    const tensor = tf.tensor([...values], [3, 1], dtype);
    const host = await toHostTensor(tensor);
    expect([host.dtype, host.shape, [...host.data]]).toEqual([dtype, [3, 1], values]);
    const back = fromHostTensor(host);
    expect([back.dtype, back.shape, [...back.dataSync()]]).toEqual([dtype, [3, 1], values]);
    tf.dispose([tensor, back]);
  });

  it('make float32 and int32 of wider and narrower numbers', () => {
    const made = [
      fromHostTensor({ dtype: 'float64', shape: [1], data: Float64Array.of(0.5) }),
      fromHostTensor({ dtype: 'int64', shape: [1], data: BigInt64Array.of(-7n) }),
      fromHostTensor({ dtype: 'uint8', shape: [1], data: Uint8Array.of(200) }),
    ];
    expect(made.map((tensor) => [tensor.dtype, tensor.dataSync()[0]])).toEqual([
      ['float32', 0.5],
      ['int32', -7],
      ['int32', 200],
    ]);
    tf.dispose(made);
  });

  it.each<[string, HostTensor, string]>([
    ['int64', { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 2n ** 31n) }, 'holds 2147483648 at 1'],
    [
      'int64 below',
      { dtype: 'int64', shape: [1], data: BigInt64Array.of(-(2n ** 31n) - 1n) },
      'holds -2147483649 at 0',
    ],
    [
      'uint64',
      { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 63n) },
      'expected integers from -2147483648',
    ],
    ['uint32', { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) }, 'holds 4294967295'],
    ['float64', { dtype: 'float64', shape: [1], data: Float64Array.of(1e39) }, 'holds 1e+39'],
  ])('refuse %s out of range, by name', (_, tensor, message) => {
    expect(() => fromHostTensor(tensor, 'steps')).toThrow(RangeError);
    expect(() => fromHostTensor(tensor, 'steps')).toThrow(/^"steps" of /);
    expect(() => fromHostTensor(tensor, 'steps')).toThrow(message);
  });

  it('take the ends of int32, infinity and NaN', () => {
    const ends = fromHostTensor({ dtype: 'int64', shape: [2], data: BigInt64Array.of(2n ** 31n - 1n, -(2n ** 31n)) });
    const odd = fromHostTensor({ dtype: 'float64', shape: [2], data: Float64Array.of(-Infinity, Number.NaN) });
    expect([...ends.dataSync(), ...odd.dataSync()]).toEqual([2 ** 31 - 1, -(2 ** 31), -Infinity, Number.NaN]);
    tf.dispose([ends, odd]);
  });

  it('refuse text', async () => {
    const text = tf.tensor(['a']);
    await expect(toHostTensor(text)).rejects.toThrow(/cannot convert a tensor of string/);
    text.dispose();
  });
});
