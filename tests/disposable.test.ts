import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { softmaxCrossEntropy } from '@hrm/act';
import { hrm, Solver } from '@hrm/models';
import { compile } from '@hrm/runtime';
import { adamW, microBatchedStep } from '@hrm/trainer';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test, vi } from 'vitest';

// Whatever has a dispose() is freed by `using` too.

const packages = fileURLToPath(new URL('../packages', import.meta.url));

/** Every entry of every package that can be imported here, as `@hrm/act`. Kits for tests need a test runner's globals. */
const entries = readdirSync(packages).flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as { exports: object };
  const isModule = (entry: string) => entry !== './package.json';
  return Object.keys(exports)
    .filter(isModule)
    .map((entry) => `@hrm/${name}${entry.slice(1)}`);
});

const isDisposable = (value: object): value is { dispose(): void } =>
  typeof (value as { dispose?: unknown }).dispose === 'function';

test('every exported class with dispose() has Symbol.dispose, which calls it', async () => {
  const found: string[] = [];
  for (const entry of entries) {
    for (const [name, exported] of Object.entries((await import(entry)) as { [name: string]: unknown })) {
      const prototype = typeof exported === 'function' ? (exported.prototype as object | undefined) : undefined;
      if (!prototype || !isDisposable(prototype)) continue;
      found.push(name);
      const dispose = vi.fn();
      const instance = Object.create(prototype, { dispose: { value: dispose } }) as Disposable;
      instance[Symbol.dispose]?.();
      expect(dispose, `${entry}: ${name}`).toHaveBeenCalledTimes(1);
    }
  }
  expect(found).toEqual(
    expect.arrayContaining(['ProbeNetwork', 'RecursiveReasoner', 'RotaryEmbedding', 'Solver', 'Trainer']),
  );
});

test('no source file of a package has a dispose() without Symbol.dispose', () => {
  const methods = /^\s*dispose\(\): void \{|^\s*dispose: \{ value|\.dispose = |\{ dispose[,:]/gm;
  const lacking = readdirSync(packages).flatMap((name) => {
    const folder = join(packages, name, 'src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    return files.filter((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      const count = (pattern: RegExp) => source.match(pattern)?.length ?? 0;
      return count(methods) > count(/\[Symbol\.dispose\]\(\): void \{|\[Symbol\.dispose\]: (\{ value|dispose)/g);
    });
  });
  expect(lacking).toEqual([]);
});

test('`using` frees a model, its solver and what was compiled, at the end of the block', async () => {
  const before = tf.memory().numTensors;
  const sizes = { vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 };
  let freed = 0;
  const counting = <Input extends unknown[], Output>(f: (...input: Input) => Output) =>
    Object.assign((...input: Input) => f(...input), { dispose: () => void freed++ });
  {
    using model = hrm(sizes);
    using solver = new Solver(model, { compile: counting });
    expect((await solver.solve([1, 2, 3])).segments).toBe(16);
    const parts = { network: model, tokenLoss: softmaxCrossEntropy, optimizer: adamW({ learningRate: 1 }) };
    using step = microBatchedStep(parts, { microBatch: 1, compile: counting });
    using compiled = compile((x: tf.Tensor) => tf.add(x, 1));
    expect([typeof step, typeof compiled]).toEqual(['function', 'function']);
    expect(freed).toBe(0);
  }
  expect(freed).toBe(3);
  expect(tf.memory().numTensors).toBe(before);
});
