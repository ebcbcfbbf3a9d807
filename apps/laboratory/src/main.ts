import { versions, type Program } from '@hrm/cli/internal';
import { benchCommand } from './commands/bench';
import { compareCommand } from './commands/compare';
import { parityCommand } from './commands/parity';
import { publishWeightsCommand } from './commands/publish-weights';
import { sameWeightsCommand } from './commands/same-weights';
import { sudoku9x9DataCommand } from './commands/sudoku-9x9-data';
import { thinkCommand } from './commands/think';

/** The command `hrm-lab`. It has the version of `hrm`, which it measures. */
export const hrmLab: Program = {
  name: 'hrm-lab',
  version: versions.hrm,
  commands: [
    parityCommand,
    compareCommand,
    thinkCommand,
    benchCommand,
    sudoku9x9DataCommand,
    sameWeightsCommand,
    publishWeightsCommand,
  ],
};
