import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process: enough to tell it from a later one of the same number. */
export interface ProcessMark {
  pid: number;
  /** Where its number counts: the machine and, on Linux, this start of it and its space of process numbers. */
  space: string;
  /** When it started, in a form that does not change; absent where the system does not say. */
  started?: string;
}

/** The mark of a process that lives here. */
export function markOf(pid: number): ProcessMark {
  return { pid, space: thisSpace(), started: startOf(pid) };
}

/** Whether a process lives: 'unknown' where it was marked in another space, another machine or container say. */
export function stateOf({ pid, space, started }: ProcessMark): 'running' | 'gone' | 'unknown' {
  if (space !== thisSpace()) return 'unknown';
  if (!hasNumber(pid)) return 'gone';
  const now = startOf(pid);
  // The number lives, but is it the same process?
  return started !== undefined && now !== undefined && now !== started ? 'gone' : 'running';
}

const thisSpace = () =>
  [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ].join(' ');

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // What has died and was not yet buried by its parent still has its number.
    return !/^[ZX]/.test(statOf(pid) ?? '');
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started: in clock ticks since the system did (Linux), or by date (macOS). */
function startOf(pid: number): string | undefined {
  const stat = statOf(pid);
  // Fields from the third on; the start is the 22nd.
  if (stat !== undefined) return stat.split(' ')[19];
  if (process.platform !== 'darwin') return undefined;
  return attempt(() => execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim());
}

/** What Linux tells of a process, after its name (which may hold anything): state, parent, ... */
const statOf = (pid: number) => attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^[^]*\) /, ''));

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
