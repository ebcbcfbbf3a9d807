import { spawn } from 'node:child_process';

const running = new Set();
process.on('exit', endAll);

/** Ends every process that `run` or `start` began, with all that they began. */
function endAll() {
  for (const child of running) {
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {
      // It ended just now.
    }
  }
}

/** Starts a program in a process group of its own, so that it can be ended with everything that it starts. */
export function start(program, words, { cwd, env } = {}) {
  const windows = process.platform === 'win32';
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(program, words, { cwd, env, stdio, detached: !windows, shell: windows });
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

/**
 * Runs a program to its end.
 *
 * @returns {Promise<string>} what it printed on standard output.
 * @throws {Error} for an exit status other than 0, with the last 3,000 characters that it printed.
 */
export function run(program, words, options) {
  return new Promise((resolve, reject) => {
    const child = start(program, words, options);
    let stdout = '';
    let all = '';
    child.stdout.on('data', (text) => ((stdout += text), (all += text)));
    child.stderr.on('data', (text) => (all += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(new Error(`${[program, ...words].join(' ')}: ${signal ?? `exit status ${code}`}\n${all.slice(-3000)}`));
    });
  });
}
