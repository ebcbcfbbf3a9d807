import { FileFormatError } from '@hrm/files';
import { visibleText } from '../terminal/visible-text';
import { afterFirstRank } from '../ranks/after-first-rank';
import { runCommandLine, type Program } from './command-line';
import { printedCommandOf, withPrintedCommands } from './printed-command';
import { UsageError } from './usage-error';

/** Exit statuses: the work failed, or the command line or config is wrong. */
const FAILED = 1;
const BAD_USE = 2;

/** The exit status of a command that threw an error. */
export const statusOfError = (error: unknown): number => (error instanceof UsageError ? BAD_USE : FAILED);

/** The message of an error. That of WebAssembly without memory names an address only. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof WebAssembly.RuntimeError)) return message;
  return (
    `WebAssembly failed, most likely because its memory is full (${message}); use a smaller batch or ` +
    'model, or native TensorFlow: `hrm setup`'
  );
}

/** Prints an error: its message, without a stack. */
function report(error: unknown, { name, commands }: Program, argv: readonly string[]): void {
  const isBadUse = error instanceof UsageError;
  process.stderr.write(visibleText(`${name}: ${withPrintedCommands(messageOf(error))}\n`));
  if (isBadUse) {
    const named = commands.find((command) => command.name.split(' ').every((word, i) => word === argv[i]));
    const help = printedCommandOf(name, ...(named?.name.split(' ') ?? []), '--help');
    process.stderr.write(`See \`${help}\`.\n`);
  }
  process.exitCode = statusOfError(error);
  if (process.env.HRM_DEBUG && error instanceof Error && !(error instanceof FileFormatError)) {
    process.stderr.write(visibleText(`${error.stack ?? ''}\n`));
  }
}

/**
 * Runs a command line of a program. Sets the exit status: 0 for success, 1 if the work failed, 2 if the command line or
 * config is wrong, 130 or 143 if a signal ended it.
 */
export async function runProgram(program: Program, argv: readonly string[]): Promise<void> {
  try {
    await runCommandLine(program, argv);
  } catch (error) {
    await afterFirstRank();
    report(error, program, argv);
  }
}
