import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies a process. Distinguishes it from a later process with the same number, where the system allows it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it started, as the system writes it. */
  readonly started?: string;
  /** The installed system (Linux: /etc/machine-id). */
  readonly machine?: string;
  /** The start of the system. */
  readonly boot?: string;
  /** The namespace of `pid`, such as a container. */
  readonly namespace?: string;
}

/** The processes of this machine. */
export interface ProcessTable {
  /** The identity of a running process. Default: this process. */
  identityOf(pid?: number): ProcessIdentity;
  /** Whether a process still runs; `unknown` for one of another machine or container. */
  state(process: ProcessIdentity): 'running' | 'gone' | 'unknown';
}

/**
 * The processes of this machine, read from /proc, or from ps where there is no /proc.
 *
 * @example
 * ```ts
 * import { nodeProcessTable } from '@hrm/files/node';
 *
 * const self = nodeProcessTable.identityOf(); // plain data, which can be stored in a lock file
 * console.log(nodeProcessTable.state(self)); // running
 * ```
 */
export const nodeProcessTable: ProcessTable = {
  identityOf: (pid = process.pid) => ({
    pid,
    host: hostname(),
    started: startOf(pid),
    machine: attempt(() => readFileSync('/etc/machine-id', 'utf8').trim()),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  }),

  state: ({ pid, host, started, machine, boot, namespace }) => {
    const here = nodeProcessTable.identityOf();
    if (boot === undefined || boot !== here.boot) {
      if (host !== here.host || machine !== here.machine) return 'unknown';
      // This machine, but it was restarted since.
      if (boot !== undefined && here.boot !== undefined) return 'gone';
    }
    if (namespace !== here.namespace) return 'unknown';
    if (!isAlive(pid)) return 'gone';
    const now = startOf(pid);
    // A process with this number runs. Is it the same process?
    return started !== undefined && now !== undefined && now !== started ? 'gone' : 'running';
  },
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as { code?: string }).code !== 'ESRCH';
  }
  // An ended process keeps its number until its parent has read its exit status.
  return !/^[ZX]/.test(statOf(pid) ?? '');
}

/** When a process started: in clock ticks since the start of the system (Linux), or as a date (macOS). */
function startOf(pid: number): string | undefined {
  const stat = statOf(pid);
  // `statOf` returns the fields from the third on. The start time is the 22nd field.
  if (stat !== undefined) return stat.split(' ')[19];
  if (process.platform !== 'darwin') return undefined;
  return attempt(
    () => execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined,
  );
}

/** The fields of /proc/PID/stat after the process's name, which may hold any text: state, parent, ... */
function statOf(pid: number): string | undefined {
  return attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^[^]*\) /, ''));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
