import { readdirSync } from 'node:fs';
import type { Program } from '../src/command-line/command-line';
import { runProgram } from '../src/command-line/run-program';
import { hrm } from '../src/main';

/** The result of a command line. */
export interface Outcome {
  readonly status: string | number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line, by default of `hrm`, in this process, which is a hundred times as fast. */
export async function runInProcess(args: readonly string[], program: Program = hrm): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const { write } = stream;
    stream.write = ((text: string | Uint8Array) => ((written[name] += String(text)), true)) as typeof write;
    return () => void (stream.write = write);
  });
  const { log, info } = console;
  console.log = console.info = (...texts: unknown[]) => void (written.stdout += `${texts.join(' ')}\n`);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await runProgram(program, args);
    return { status: process.exitCode ?? 0, ...written };
  } finally {
    process.exitCode = before;
    Object.assign(console, { log, info });
    restore.forEach((back) => back());
  }
}

/**
 * What is wrong with the refusal of a wrong command line, run in the present folder; undefined if nothing is.
 */
export async function flawOfRefusal(
  args: readonly string[],
  named: string,
  program: Program = hrm,
): Promise<string | undefined> {
  const files = () => readdirSync('.', { recursive: true }).sort().join();
  const before = files();
  const { status, stdout, stderr } = await runInProcess(args, program);
  const flaws = [
    status === 2 ? '' : `exit ${status}`,
    stderr.includes(named) ? '' : `does not name ${named}`,
    /\n\s+at /.test(stdout + stderr) ? 'shows a stack' : '',
    files() === before ? '' : 'writes something',
    Object.keys(Object.prototype).length === 0 ? '' : 'changes Object.prototype',
  ].filter((flaw) => flaw !== '');
  return flaws.length === 0
    ? undefined
    : `${program.name} ${JSON.stringify(args.map((arg) => arg.slice(0, 60)))}: ${flaws.join(', ')}; stderr: ${stderr.slice(0, 300)}`;
}
