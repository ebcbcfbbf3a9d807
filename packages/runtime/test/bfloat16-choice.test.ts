import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fastestBfloat16Products } from '../src/bfloat16/bfloat16-choice';
import { chooseProducts, type MeasuredTimes } from '../src/bfloat16/choose-products';
import { measureProducts } from '../src/bfloat16/measure-products';
import { DEFAULT_PRODUCTS, describeProducts, parseProducts, productsInUse } from '../src/bfloat16/product-methods';
import { findNativeInstallation, selectBackend } from '../src/index';

/** Times of one second, except those given. */
const withTimes = (times: Partial<MeasuredTimes>): MeasuredTimes => {
  const rounds = [1, 1, 1, 1];
  const plain = [{ bfloat16: rounds, float32: rounds }];
  const copied = [{ bfloat16: rounds, 'bfloat16-copied': rounds, float32: rounds }];
  return { weights: plain, weightGradients: copied, attention: plain, attentionGradients: copied, ...times };
};

describe('chooseProducts', () => {
  it('keeps the default where all are as fast, and where another is faster by less than 5%', () => {
    expect(chooseProducts(withTimes({}))).toEqual(DEFAULT_PRODUCTS);
    const almost = [{ bfloat16: [1, 1, 1, 1], float32: [0.96, 0.96, 0.96, 0.96] }];
    expect(chooseProducts(withTimes({ weights: almost }))).toEqual(DEFAULT_PRODUCTS);
  });

  it('takes a method that is faster in three quarters of the rounds, for that kind of product', () => {
    const faster = [{ bfloat16: [1, 1, 9, 1], float32: [0.9, 0.9, 8, 9] }];
    expect(chooseProducts(withTimes({ attention: faster }))).toEqual({ ...DEFAULT_PRODUCTS, attention: 'float32' });
    const inHalf = [{ bfloat16: [1, 1, 1, 1], float32: [0.5, 0.5, 2, 2] }];
    expect(chooseProducts(withTimes({ attention: inHalf }))).toEqual(DEFAULT_PRODUCTS);
  });

  it('averages over the shapes', () => {
    const shapes = (second: number) => [
      { bfloat16: [1, 1, 1, 1], float32: [0.5, 0.5, 0.5, 0.5] },
      { bfloat16: [4, 4, 4, 4], float32: [1, 1, 1, 1].map(() => second) },
    ];
    expect(chooseProducts(withTimes({ weights: shapes(7) })).weights).toBe('float32');
    expect(chooseProducts(withTimes({ weights: shapes(9) })).weights).toBe('bfloat16');
  });

  it('takes the third only if it is clearly faster than the second', () => {
    const times = (third: number) => [{ 'bfloat16-copied': [1, 1], bfloat16: [0.5, 0.5], float32: [third, third] }];
    expect(chooseProducts(withTimes({ weightGradients: times(0.49) })).weightGradients).toBe('bfloat16');
    expect(chooseProducts(withTimes({ weightGradients: times(0.4) })).weightGradients).toBe('float32');
  });
});

it('a choice is read as it was written, and nothing else is', () => {
  const products = { ...DEFAULT_PRODUCTS, attention: 'float32' } as const;
  expect(parseProducts(describeProducts(products))).toEqual(products);
  const text = describeProducts(DEFAULT_PRODUCTS);
  for (const wrong of [undefined, 3, '', 'weights', text.replace('weights=bfloat16', 'weights=fast'), `${text} more=1`])
    expect(parseProducts(wrong)).toBeUndefined();
});

it('there is no choice on other backends', async () => {
  await selectBackend({ prefer: 'cpu' });
  expect(await fastestBfloat16Products()).toBeUndefined();
});

describe.runIf(findNativeInstallation())('on native TensorFlow', () => {
  const cache = mkdtempSync(join(tmpdir(), 'bfloat16-'));
  const folder = join(cache, 'bfloat16');
  beforeAll(async () => {
    await selectBackend({ prefer: 'native' });
  });
  afterAll(() => rmSync(cache, { recursive: true }));

  it('is that of the first of two processes that measure at the same time', async () => {
    const own = mkdtempSync(join(cache, 'both-'));
    const products = { ...DEFAULT_PRODUCTS, attention: 'float32' } as const;
    const path = join(own, 'bfloat16');
    await fastestBfloat16Products({ cache: own, measure: () => products });
    const file = join(path, readdirSync(path)[0]!);
    const ofFirst = readFileSync(file);
    rmSync(file);
    const measure = () => (writeFileSync(file, ofFirst), DEFAULT_PRODUCTS);
    expect(await fastestBfloat16Products({ cache: own, measure })).toEqual({ products, isNew: false });
  });

  it.skipIf(process.platform === 'win32')('is measured where a pipe or a device has its name', async () => {
    const own = mkdtempSync(join(cache, 'device-'));
    await fastestBfloat16Products({ cache: own, measure: () => DEFAULT_PRODUCTS });
    const path = join(own, 'bfloat16', readdirSync(join(own, 'bfloat16'))[0]!);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(await fastestBfloat16Products({ cache: own, measure: () => DEFAULT_PRODUCTS })).toMatchObject({
      isNew: true,
    });
  });

  it('is measured once, and again if the file in the cache is damaged or of another processor', async () => {
    const products = { ...DEFAULT_PRODUCTS, attentionGradients: 'float32' } as const;
    let measured = 0;
    const choose = () => fastestBfloat16Products({ cache, measure: () => (measured++, products) });
    expect(await choose()).toEqual({ products, isNew: true });
    expect(await choose()).toEqual({ products, isNew: false });
    expect(measured).toBe(1);
    const [file, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    const path = join(folder, file!);
    const whole = readFileSync(path, 'utf8');
    const damages = [
      '',
      'null',
      whole.slice(0, 40),
      whole.replace('=float32', '=nothing'),
      whole.replace('name', 'nome'),
    ];
    for (const damage of damages) {
      expect(damage).not.toBe(whole);
      writeFileSync(path, damage);
      expect(await choose(), damage).toEqual({ products, isNew: true });
      expect(readFileSync(path, 'utf8')).toBe(whole);
    }
    expect(measured).toBe(1 + damages.length);
  });

  it('measures each method in each round, keeps no tensor, and leaves the methods in use as they were', () => {
    const before = tf.memory().numTensors;
    const times = measureProducts({ rounds: 3 });
    expect(tf.memory().numTensors).toBe(before);
    expect(productsInUse()).toEqual(DEFAULT_PRODUCTS);
    for (const [kind, usual] of Object.entries(DEFAULT_PRODUCTS)) {
      for (const shape of times[kind as keyof MeasuredTimes]) {
        expect(Object.keys(shape)).toEqual(expect.arrayContaining(['bfloat16', 'float32', usual]));
        for (const rounds of Object.values(shape)) {
          expect(rounds).toHaveLength(3);
          expect(Math.min(...rounds)).toBeGreaterThan(0);
        }
      }
    }
  });
});
