import { spawn } from 'node:child_process';

/** What a finished command left behind. */
export interface CommandResult {
  /** The exit code; -1 when the program could not be started or was ended by a signal. */
  code: number;
  stdout: string;
  stderr: string;
  /** True when there is no such program. */
  missing: boolean;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Runs a program to its end, without a shell, and returns what it printed. Throws only when `signal` was raised. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, signal, timeoutMs } = options;
  const result = await new Promise<CommandResult>((resolve) => {
    const child = spawn(program, args, { cwd, env, signal, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: -1, stdout, stderr: stderr || error.message, missing: error.code === 'ENOENT' }),
    );
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr, missing: false }));
  });
  signal?.throwIfAborted();
  return result;
}
