import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The result of a finished command. */
export interface CommandResult {
  /** The exit code; -1 if the program could not be started or a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
  /** Whether the program does not exist. */
  missing: boolean;
}

/** Environment variables. Not Node's own type, because programs for browsers may not have Node's types. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandOptions {
  cwd?: string;
  env?: Environment;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/**
 * Makes the path of a program absolute, so that it can be run in another folder. A plain name stays, and is looked up
 * in PATH.
 */
export const programPath = (program: string): string => (program.includes('/') ? resolve(program) : program);

/** Runs a program to its end, without a shell, and returns its output. Throws only if `signal` was aborted. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, signal, timeoutMs } = options;
  const result = await new Promise<CommandResult>((resolve) => {
    const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not the option `timeout`: if the program does not exist, its timer keeps this process running.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill(), timeoutMs);
    const end = (ending: Omit<CommandResult, 'stdout' | 'stderr'>, message = '') => {
      clearTimeout(timer);
      resolve({ ...ending, stdout, stderr: stderr || message });
    };
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ code: -1, missing: error.code === 'ENOENT' }, error.message),
    );
    child.on('close', (code) => end({ code: code ?? -1, missing: false }));
  });
  signal?.throwIfAborted();
  return result;
}
