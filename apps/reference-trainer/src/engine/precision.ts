import { hasBfloat16 } from '@hrm/layers';
import type { RunConfig } from '../config/run-config';
import type { Terminal } from '../terminal/terminal';

/** Says so where a model should compute in bfloat16 but the current backend cannot. */
export function sayIfWithoutBfloat16(
  { model }: { model: Pick<RunConfig['model'], 'precision'> },
  terminal: Terminal,
): void {
  if (model.precision !== 'bfloat16' || hasBfloat16()) return;
  terminal.say('This backend has no bfloat16: the model computes in float32, with the same weights.');
}
