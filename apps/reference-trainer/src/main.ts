import { FileFormatError } from '@hrm/files';
import { runCommandLine } from './command-line/command-line';
import { benchCommand } from './commands/bench';
import { compareCommand } from './commands/compare';
import { dataGenerateCommand } from './commands/data-generate';
import { dataImportCommand } from './commands/data-import';
import { demoCommand } from './commands/demo';
import { evalCommand } from './commands/eval';
import { exportCommand } from './commands/export';
import { exportOfficialCommand } from './commands/export-official';
import { importOfficialCommand } from './commands/import-official';
import { parityCommand } from './commands/parity';
import { residualsCommand } from './commands/residuals';
import { setupCommand } from './commands/setup';
import { solveCommand } from './commands/solve';
import { trainCommand } from './commands/train';
import { versions } from './run/versions';
import { printedCommand, withPrintedCommands } from './terminal/printed-command';
import { UsageError } from './terminal/usage-error';
import { visibleText } from './terminal/visible-text';

/** Exit statuses: a failure, and a command line that cannot be. */
const FAILED = 1;
const BAD_USE = 2;

/** All commands, in the order of the help. */
export const commands = [
  demoCommand,
  setupCommand,
  dataGenerateCommand,
  dataImportCommand,
  trainCommand,
  evalCommand,
  solveCommand,
  exportCommand,
  importOfficialCommand,
  exportOfficialCommand,
  residualsCommand,
  parityCommand,
  compareCommand,
  benchCommand,
];

const groups = { data: 'Make puzzles, or bring your own' };

/** What a person is told of an error: its message, never a stack. */
function report(error: unknown, argv: readonly string[]): void {
  const isBadUse = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(visibleText(`hrm: ${withPrintedCommands(message)}\n`));
  if (isBadUse) {
    const named = commands.find(({ name }) => name.split(' ').every((word, i) => word === argv[i]));
    process.stderr.write(`See \`${printedCommand(...(named?.name.split(' ') ?? []), '--help')}\`.\n`);
  }
  process.exitCode = isBadUse ? BAD_USE : FAILED;
  if (process.env.HRM_DEBUG && error instanceof Error && !(error instanceof FileFormatError)) {
    process.stderr.write(visibleText(`${error.stack ?? ''}\n`));
  }
}

/**
 * Runs a command line. Sets the exit status: 0, 1 when the work failed, 2 when the command line cannot be, 130 or 143
 * when a signal ended it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await runCommandLine(commands, argv, { groups, version: versions.hrm });
  } catch (error) {
    report(error, argv);
  }
}
