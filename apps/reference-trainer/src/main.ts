import type { Program } from './command-line/command-line';
import { benchCommand } from './commands/bench';
import { dataGenerateCommand } from './commands/data-generate';
import { dataImportCommand } from './commands/data-import';
import { dataMixCommand } from './commands/data-mix';
import { demoCommand } from './commands/demo';
import { evalCommand } from './commands/eval';
import { exportCommand } from './commands/export';
import { exportOfficialCommand } from './commands/export-official';
import { importOfficialCommand } from './commands/import-official';
import { modelsCommand } from './commands/models';
import { playgroundCommand } from './commands/playground';
import { reportCommand } from './commands/report';
import { residualsCommand } from './commands/residuals';
import { setupCommand } from './commands/setup';
import { solveCommand } from './commands/solve';
import { sweepCommand } from './commands/sweep';
import { trainCommand } from './commands/train';
import { watchCommand } from './commands/watch';
import { versions } from './engine/versions';

/** The command `hrm`. */
export const hrm: Program = {
  name: 'hrm',
  version: versions.hrm,
  groups: { data: 'Make puzzles, or bring your own' },
  commands: [
    demoCommand,
    setupCommand,
    dataGenerateCommand,
    dataImportCommand,
    dataMixCommand,
    trainCommand,
    sweepCommand,
    watchCommand,
    evalCommand,
    reportCommand,
    solveCommand,
    modelsCommand,
    playgroundCommand,
    exportCommand,
    importOfficialCommand,
    exportOfficialCommand,
    residualsCommand,
    benchCommand,
  ],
};
