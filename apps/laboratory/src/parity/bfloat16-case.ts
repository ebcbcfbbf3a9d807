import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NamedHostTensors } from '@hrm/files';
import { readConfigJson } from '@hrm/cli/internal';
import { readParityCase, readRecording, type ParityCase } from './parity-case';

/** A recorded run of the official code in bfloat16. */
export interface Bfloat16Case {
  name: string;
  /** The same run in float32. Each segment in bfloat16 starts from its weights and its carry. */
  exact: ParityCase;
  /** What the official code computed in bfloat16, for each segment. */
  segments: NamedHostTensors[];
}

/** Whether a folder holds a run that was recorded in bfloat16. */
export function isBfloat16Case(folder: string): boolean {
  const path = join(folder, 'case.json');
  return existsSync(path) && (readConfigJson(path) as Record<string, unknown>)['forward_dtype'] === 'bfloat16';
}

/**
 * Reads a run recorded in bfloat16, and the same run recorded in float32.
 *
 * @param folder such as `testdata/parity-bf16/hrm-rope`, which needs `testdata/parity/hrm-rope`.
 * @throws Error that names what is missing.
 */
export function readBfloat16Case(folder: string): Bfloat16Case {
  const recorded = readConfigJson(join(folder, 'case.json')) as Record<string, unknown>;
  const name = String(recorded['case']);
  const beside = join(dirname(dirname(join(folder, 'case.json'))), '..', 'parity', name);
  if (!existsSync(beside)) throw new Error(`${folder} needs the same run in float32, but there is no ${beside}`);
  const exact = readParityCase(beside);
  return {
    name: `${name}, bfloat16`,
    exact,
    segments: exact.segments.map((_, k) => readRecording(folder, `segment-${k}`)),
  };
}
