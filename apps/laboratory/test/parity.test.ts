import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { compile, selectBackend } from '@hrm/runtime';
import { uncompiled, type Compile } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readParityCase } from '../src/parity/parity-case';
import { replayParityCase } from '../src/parity/replay-parity-case';
import { backends } from '../../reference-trainer/test/backends';

const cases = fileURLToPath(new URL('testdata/parity', import.meta.url));
const names = readdirSync(cases);
const xla: Compile = (f) => compile(f);

async function expectParity(name: string, compiler: Compile): Promise<void> {
  const before = tf.memory().numTensors;
  const report = await replayParityCase(readParityCase(`${cases}/${name}`), compiler);
  expect(report.quantities.filter(({ outOfBounds }) => outOfBounds > 0)).toEqual([]);
  expect(report.ok).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
}

describe.each(backends)('parity with the official code on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend });
  });

  it.each(names)('%s', (name) => expectParity(name, uncompiled));

  // On other backends, compile() returns the function itself.
  if (backend === 'native')
    it.each(['hrm-no-act', 'hrm-learned-softmax'])('%s, compiled', (name) => expectParity(name, xla));
});
