import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { onTestFinished } from 'vitest';
import type { CheckpointContents } from '../../src/checkpoint/write-checkpoint';

/** A new folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A checkpoint of a few hundred bytes a file, whose every value follows from its step. */
export function smallCheckpoint(step: number, metric?: number): CheckpointContents {
  const weight: HostTensor = { dtype: 'float32', shape: [2], data: Float32Array.of(step, -step / 3) };
  const slots: HostTensor = { dtype: 'int32', shape: [3], data: Int32Array.of(step, 0, 1) };
  const weights: NamedHostTensors = new Map([['q_head.bias', weight]]);
  const carry: NamedHostTensors = new Map([['steps', slots], ['zH', weight]]); // prettier-ignore
  return { step, files: { weights, carry }, state: { seed: 0, cursor: [step, 7], name: 'µ', none: null }, metric };
}
