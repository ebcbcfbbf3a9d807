import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '@hrm/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { readParityCase } from '../src/parity/parity-case';
import { replayParityCase } from '../src/parity/replay-parity-case';

const cases = fileURLToPath(new URL('testdata/parity', import.meta.url));

describe.each(['native', 'wasm', 'cpu'] as const)('parity with the official code on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend });
  });

  it.each(readdirSync(process.env.PARITY ?? cases))('%s', async (name) => {
    const before = tf.memory().numTensors;
    const report = await replayParityCase(readParityCase(`${process.env.PARITY ?? cases}/${name}`));
    expect(report.quantities.filter(({ outOfBounds }) => outOfBounds > 0)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });
});
