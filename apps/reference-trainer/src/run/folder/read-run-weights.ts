import { readWeights, type ReadWeightsOptions, type RunWeights } from '@hrm/trainer/checkpoint';
import type { Terminal } from '../../terminal/terminal';
import { expectFinite } from '../checkpoint/expect-finite';
import { expectCheckpointOf } from '../checkpoint/resume-point';
import type { RunDescription } from './run-folder';

/**
 * Reads the weights of a run, and checks that they belong to its description and are finite.
 *
 * @throws FileFormatError if there is no whole checkpoint, or it is of another run; Error if its numbers are not
 *   finite.
 */
export async function readRunWeights(
  run: string,
  { config }: Pick<RunDescription, 'config'>,
  terminal: Terminal,
  options: Pick<ReadWeightsOptions, 'checkpoint' | 'weights'>,
): Promise<RunWeights> {
  const { checkpoint, weights } = options;
  const read = await readWeights(run, {
    ...(checkpoint && { checkpoint }),
    ...(weights && { weights }),
    onWarning: terminal.warn,
  });
  expectCheckpointOf(read, config, ['task', 'model']);
  expectFinite(read.path, { [read.averaged ? 'the averaged weights' : 'the weights']: read.values });
  return read;
}
