import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Traces that `nohup` leaves. */
export interface StartedBy {
  /** The program that the shell started: nohup for `nohup hrm train`. */
  command: string | undefined;
  /** On Linux, the file of stdin and the flags it was opened with. */
  stdin: { path: string; flags: number } | undefined;
}

const O_ACCMODE = 3;
const O_WRONLY = 1;

/**
 * Whether a process was started by `nohup`, and should continue when its terminal is closed. Node resets ignored
 * signals when it starts, so this looks at another trace: nohup replaces a terminal as stdin by /dev/null, opened for
 * writing.
 */
export const isUnderNohup = ({ command, stdin }: StartedBy): boolean =>
  basename(command ?? '') === 'nohup' ||
  (stdin !== undefined && stdin.path === '/dev/null' && (stdin.flags & O_ACCMODE) === O_WRONLY);

/** The listener of SIGHUP in a process that continues when its terminal is closed. */
export const ignoreHangUp = (): void => {};

/** How this process was started. */
export function startedBy(): StartedBy {
  const command = process.env['_'];
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1];
    return { command, stdin: { path: readlinkSync('/proc/self/fd/0'), flags: parseInt(flags ?? '0', 8) } };
  } catch {
    return { command, stdin: undefined };
  }
}
