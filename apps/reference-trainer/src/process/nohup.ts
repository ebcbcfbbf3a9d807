import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What tells of `nohup`. */
export interface StartedBy {
  /** What shells say was started: for `nohup hrm train`, nohup. */
  command: string | undefined;
  /** What stdin is, and how it was opened, on Linux. */
  stdin: { path: string; flags: number } | undefined;
}

const O_ACCMODE = 3;
const O_WRONLY = 1;

/**
 * Whether a process was started by `nohup`, to go on when its terminal is closed. Node forgets that: it takes every signal back
 * from being ignored as it starts, so this looks at what else nohup leaves behind. It puts in the place of a terminal as
 * stdin a file that cannot be read: /dev/null, opened for writing.
 */
export const isUnderNohup = ({ command, stdin }: StartedBy): boolean =>
  basename(command ?? '') === 'nohup' ||
  (stdin !== undefined && stdin.path === '/dev/null' && (stdin.flags & O_ACCMODE) === O_WRONLY);

/** What this process was started by. */
export function startedBy(): StartedBy {
  const command = process.env['_'];
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1];
    return { command, stdin: { path: readlinkSync('/proc/self/fd/0'), flags: parseInt(flags ?? '0', 8) } };
  } catch {
    return { command, stdin: undefined };
  }
}
