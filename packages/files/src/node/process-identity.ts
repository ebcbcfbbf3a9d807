import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process: enough to tell it from a later one of the same number, where the system lets us. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it started, in a form that the system does not change. */
  readonly started?: string;
  /** The installed system (Linux: /etc/machine-id), this start of it, and the space in which the number counts. */
  readonly machine?: string;
  readonly boot?: string;
  readonly namespace?: string;
}

/** Knows the processes of this machine. */
export interface ProcessTable {
  /** What identifies a process that lives here. Default: this process. */
  identityOf(pid?: number): ProcessIdentity;
  /** Whether a process lives; `unknown` where that cannot be seen from here: another machine, another container. */
  state(process: ProcessIdentity): 'running' | 'gone' | 'unknown';
}

/**
 * The processes of the machine, through Node, /proc and, where there is none, ps.
 *
 * @example
 * ```ts
 * import { nodeProcessTable } from '@hrm/files/node';
 *
 * const self = nodeProcessTable.identityOf(); // plain data: keep it in a file beside what this process works on
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
      // This machine, before it was started again.
      if (boot !== undefined && here.boot !== undefined) return 'gone';
    }
    if (namespace !== here.namespace) return 'unknown';
    if (!isAlive(pid)) return 'gone';
    const now = startOf(pid);
    // The number lives, but is it the same process?
    return started !== undefined && now !== undefined && now !== started ? 'gone' : 'running';
  },
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as { code?: string }).code !== 'ESRCH';
  }
  // What has died and was not yet buried by its parent still has its number.
  return !/^[ZX]/.test(statOf(pid) ?? '');
}

/** When a process started: in clock ticks since the system did (Linux), or by date (macOS). */
function startOf(pid: number): string | undefined {
  const stat = statOf(pid);
  // Fields from the third on; the start is the 22nd.
  if (stat !== undefined) return stat.split(' ')[19];
  if (process.platform !== 'darwin') return undefined;
  return attempt(
    () => execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined,
  );
}

/** What Linux tells of a process, after its name (which may hold anything): state, parent, ... */
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
