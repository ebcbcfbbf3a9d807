import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { endingWithParent } from '../process/end-with-parent';
import { sweepPaths, writeOutcome, type Outcome } from './sweep-folder';
import type { SweepJob } from './sweep-jobs';

/** A run of a sweep that a process of its own trains. */
export interface RunningJob {
  name: string;
  /** Ends when the process has ended. Undefined if it was stopped, and saved. */
  ended: Promise<Outcome | undefined>;
  /** Asks the process to save and end. */
  stop(): void;
}

/** Variables by which launchers of MPI name a rank. A run of a sweep is no rank. */
const OF_RANKS = /^(OMPI_|PMIX_|PMI_|SLURM_PROCID$|SLURM_STEP_NUM_TASKS$)/;

/** The environment of a process that is no rank. */
export const environmentOfJob = (environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  endingWithParent(Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_RANKS.test(name))));

/** The log of a run: what its process prints. */
export const logOf = (out: string, name: string): string => join(sweepPaths(out).logs, `${name}.log`);

/** Starts a run, or continues it. Its outcome is recorded in the folder of the sweep. */
export function startJob(
  { name, words }: SweepJob,
  out: string,
  { allowImports }: { allowImports: boolean },
): RunningJob {
  const log = openSync(logOf(out, name), 'a');
  const logged = fstatSync(log).size;
  const more = ['--resume', '--no-report', ...(allowImports ? ['--allow-imports'] : [])];
  const child = spawn(process.execPath, [process.argv[1]!, ...words, ...more], {
    // Of another group: Ctrl-C is for the sweep, which stops its runs. They also end when the channel closes.
    detached: true,
    windowsHide: true,
    env: environmentOfJob(),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  let isStopped = false;
  const ended = new Promise<Outcome | undefined>((resolve, reject) => {
    child.once('error', (error) => resolve({ status: 'failed', error: `it could not be started: ${error.message}` }));
    child.once('exit', (status, signal) => {
      if (status === 0) return resolve({ status: 'done' });
      if (isStopped) return resolve(undefined);
      failureIn(logOf(out, name), logged).then((error) => {
        const by = signal ? `ended by ${signal}` : `ended with exit status ${status}`;
        resolve({ status: 'failed', error: error ?? by });
      }, reject);
    });
  });
  return {
    name,
    ended: ended.then(async (outcome) => {
      if (outcome) await writeOutcome(out, name, outcome);
      return outcome;
    }),
    stop: () => {
      isStopped = true;
      if (child.connected) child.disconnect();
    },
  };
}

/** Bytes at the end of a log in which an error is looked for. */
const END_BYTES = 8192;

/** The error at the end of a log; undefined if there is none. @param from where to begin, in bytes. */
async function failureIn(path: string, from: number): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, END_BYTES)));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const error = bytes
      .toString('utf8')
      .split(/^hrm: /m)
      .slice(1)
      .at(-1);
    return error?.replace(/\nSee `[^`]*`\.\s*$/, '').trim();
  } finally {
    await file.close();
  }
}
