import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Wire } from '@hrm/distributed';
import type { BackendPreference, CompileMode } from '@hrm/runtime';
import type { BenchSizes } from '@hrm/cli/internal';
import type { ContenderCommand } from '../contenders/contender';
import { appFile } from '../../app-file';

/**
 * What ranks that run at the same time do. `together`: they train one model. `apart`: each trains its own, as a process
 * alone does. `loopback`: one process does the work of one of several ranks, without the others.
 */
export type RanksWork = 'together' | 'apart' | 'loopback';

/** The job of each rank of a contender. */
export interface RanksJob {
  /** The batch is that of one rank. */
  sizes: BenchSizes;
  /** The ranks that train together. */
  ranks: number;
  work: RanksWork;
  /** How gradients travel between the ranks. */
  wire: Wire;
  backend: BackendPreference | undefined;
  compile: CompileMode;
}

/** A program that starts ranks: its words, and how it gives each rank a core. */
export interface Launcher {
  words: readonly string[];
  kind: 'Open MPI' | 'MPICH';
  version: string;
}

/** The first line of what it says about its version. */
const firstLine = (text: string) => text.trim().split('\n')[0]!.trim();

/**
 * Finds the program that starts the ranks.
 *
 * @param words the program, and options of it. Default `mpirun`.
 * @throws Error if there is none; it says how to install one.
 */
export async function findLauncher(words: readonly string[] = ['mpirun']): Promise<Launcher> {
  let said: string;
  try {
    said = (await promisify(execFile)(words[0]!, ['--version'])).stdout;
  } catch (error) {
    throw new Error(
      `The ranks need a launcher of MPI, and \`${words[0]} --version\` failed: ${firstLine((error as Error).message)}. ` +
        'Install Open MPI (Debian: apt install openmpi-bin; macOS: brew install open-mpi) or MPICH, or name a launcher ' +
        'with --launcher',
    );
  }
  const kind = /Open MPI|OpenRTE|PRRTE/i.test(said) ? 'Open MPI' : 'MPICH';
  return { words, kind, version: /\d+(\.\d+)+/.exec(said)?.[0] ?? firstLine(said) };
}

/** Options that give each rank one core, also where there are fewer cores than ranks. */
const BINDING = {
  'Open MPI': ['--map-by', 'core:OVERSUBSCRIBE', '--bind-to', 'core:overload-allowed'],
  MPICH: ['-bind-to', 'core'],
};

/** Open MPI refuses to run as root, as in a container, unless both are set. */
const AS_ROOT = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** The command that starts the ranks of a job, each on a core of its own. */
export function ranksContender(launcher: Launcher, job: RanksJob): ContenderCommand {
  const processes = job.work === 'loopback' ? 1 : job.ranks;
  return {
    name: job.ranks === 1 ? 'one rank' : `${job.ranks} ranks ${job.work}, batch ${job.sizes.batch} each`,
    program: launcher.words[0]!,
    args: [
      ...launcher.words.slice(1),
      '-np',
      String(processes),
      ...BINDING[launcher.kind],
      process.execPath,
      appFile('dist/rank-worker.js'),
      JSON.stringify(job),
    ],
    env: { ...process.env, ...(process.getuid?.() === 0 && AS_ROOT) },
  };
}
