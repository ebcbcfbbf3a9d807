import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** What a finished command left behind. */
export interface CommandResult {
  /** The exit code; -1 when the program could not be started or was ended by a signal. */
  code: number;
  stdout: string;
  stderr: string;
  /** True when there is no such program. */
  missing: boolean;
}

/** Environment variables. Not Node's own type, which a program for browsers may not have. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandOptions {
  cwd?: string;
  env?: Environment;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/**
 * A program as a user names it, for running in another folder: one with a path is meant from where the user is; a plain name
 * is looked up in PATH.
 */
export const programPath = (program: string): string => (program.includes('/') ? resolve(program) : program);

/** Runs a program to its end, without a shell, and returns what it printed. Throws only when `signal` was raised. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, signal, timeoutMs } = options;
  const result = await new Promise<CommandResult>((resolve) => {
    const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not the option `timeout`: where there is no such program, its timer keeps this process from ending.
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
