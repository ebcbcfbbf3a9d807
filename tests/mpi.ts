import { execFile, spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** What a run of several ranks printed, and its exit status. */
export interface RanksRun {
  status: number;
  stdout: string;
  stderr: string;
  /** Seconds since the fault that a rank reported, see mpi-hrm.mjs; NaN without one. */
  secondsAfterFault: number;
}

/**
 * Runs a program as several ranks under `mpirun`. Where there is none, says so and skips the test.
 *
 * @param environment variables in addition to those of this process.
 */
export async function mpirun(
  context: TestContext,
  ranks: number,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RanksRun> {
  if (spawnSync('mpirun', ['--version']).status !== 0) {
    const message = 'NOT RUN: there is no mpirun. Install one (Debian: apt install openmpi-bin).';
    process.stderr.write(`${context.task.name} ${message}\n`);
    return context.skip(message);
  }
  return new Promise((resolve) => {
    execFile(
      'mpirun',
      ['-np', String(ranks), process.execPath, ...words],
      { env: { ...process.env, ...openMpiEnvironment, ...environment }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        const fault = Number(/^FAULT at (\d+)$/m.exec(stderr)?.[1] ?? Number.NaN);
        resolve({ status, stdout, stderr, secondsAfterFault: (Date.now() - fault) / 1000 });
      },
    );
  });
}

/** Tests run as root in containers, with more ranks than cores. */
export const openMpiEnvironment = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_hwloc_base_binding_policy: 'none',
};
