import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';

const interactive = process.stdout.isTTY && !process.env.CI;

/** The running stage's process, for signals. */
let running;

/** A stage failed. `output` is everything it printed. */
export class StageError extends Error {
  constructor(title, reason, output) {
    super(`${title} failed: ${reason}`);
    this.name = 'StageError';
    this.output = output;
  }
}

/** Does some work. Prints its title and cost before, and its time after. */
export async function timeStage({ title, cost }, work) {
  console.log(`\n${title} (${cost})`);
  const start = performance.now();
  const elapsed = () => duration((performance.now() - start) / 1000);
  let succeeded = false;
  try {
    const result = await work(elapsed);
    succeeded = true;
    return result;
  } finally {
    console.log(`  ${succeeded ? 'done in' : 'failed after'} ${elapsed()}`);
  }
}

/**
 * Runs a command without showing its output. Prints its title and cost before, and its time after.
 *
 * @param {{ title: string, cost: string, command: string[], env?: NodeJS.ProcessEnv, cwd?: string }} stage
 *   `command` is run by Node: a script and its arguments.
 * @returns its output.
 * @throws StageError for an exit status other than 0, with its output, which has not been shown yet.
 */
export function runStage({ title, cost, command, env, cwd }) {
  return timeStage({ title, cost }, async (elapsed) => {
    let output = '';
    const showProgress = () => {
      const lastLine = plain(output.slice(-2000))
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1);
      process.stdout.write(`\r\x1b[K  ${`${elapsed()}  ${lastLine}`.slice(0, (process.stdout.columns || 80) - 3)}`);
    };
    const timer = interactive ? setInterval(showProgress, 500) : undefined;
    // Its own process group, so that processes started by the command end with it.
    const group = process.platform !== 'win32';
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(process.execPath, command, { env: { ...process.env, ...env }, cwd, stdio, detached: group });
    running = { child, group };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const { code, signal } = await ended(child);
    running = undefined;
    clearInterval(timer);
    if (interactive) process.stdout.write('\r\x1b[K');
    if (code !== 0)
      throw new StageError(title.split(':')[0], signal ? `ended by ${signal}` : `exit code ${code}`, output);
    return output;
  });
}

/** Runs a command in this terminal, such as the main job with its progress bar. Returns its exit code. */
export async function runInTerminal({ title, cost, command, env }) {
  console.log(`\n${title} (${cost})\n`);
  const child = spawn(process.execPath, command, { env: { ...process.env, ...env }, stdio: 'inherit' });
  running = { child, group: false, inTerminal: true };
  const { code, signal } = await ended(child);
  running = undefined;
  return code ?? 128 + constants.signals[signal];
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Signals that request a program to end. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', ...(process.platform === 'win32' ? [] : ['SIGQUIT', 'SIGXCPU'])];

/** Signals that a terminal sends to all its programs when keys are pressed. */
const ofKeys = ['SIGINT', 'SIGQUIT'];

/** Ctrl-C, or another signal to end, ends the running stage with all processes it started, then this program. */
export function endStagesOnSignals() {
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && isUnderNohup()) return;
      if (running?.inTerminal) {
        // The terminal has sent Ctrl-C to the command too, which ends by itself.
        if (!ofKeys.includes(signal) || !process.stdin.isTTY) running.child.kill(signal);
        return;
      }
      if (running) {
        const { child, group } = running;
        try {
          process.kill(group ? -child.pid : child.pid, signal);
        } catch {
          // It ended just now.
        }
      }
      console.log('\n\nStopped. Run the same command again to go on: what was finished is kept.');
      process.exit(128 + constants.signals[signal]);
    });
  }
}

/** As in the command `hrm`: Node forgets that nohup told it to ignore a closed terminal. */
function isUnderNohup() {
  if (basename(process.env._ ?? '') === 'nohup') return true;
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))[1];
    return readlinkSync('/proc/self/fd/0') === '/dev/null' && (parseInt(flags, 8) & 3) === 1;
  } catch {
    return false;
  }
}

/** Such as `3.2 s` or `2 min 5 s`. */
function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Without the colours and cursor movements of terminals. */
function plain(text) {
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
}
