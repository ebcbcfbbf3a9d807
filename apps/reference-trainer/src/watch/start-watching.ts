import { spawn, type ChildProcess } from 'node:child_process';
import type { Terminal } from '../terminal/terminal';

/** A page that follows a run, served by another process. */
export interface Watching {
  /** Ends it, when it has shown the last step. */
  stop(): Promise<void>;
}

/**
 * Serves `hrm watch` for a run from a process of its own, which also answers while a step is computed. It ends when
 * this process ends, however that happens. Where it cannot start, this warns: the training does not need it.
 */
export async function startWatching(run: string, terminal: Terminal): Promise<Watching> {
  const started = (await start(run, [])) ?? (await start(run, ['--port', '0']));
  if (!started) terminal.warn('the page for --watch could not be started; try `hrm watch` in another terminal');
  else terminal.say(`Watch it at ${started.address} in a browser on this machine, until the training ends.`);
  return {
    stop: async () => {
      if (started?.child.exitCode !== null || !started.child.connected) return;
      const ended = new Promise<void>((resolve) => void started.child.once('exit', () => resolve()));
      // Nothing else may be left that keeps this process running.
      started.child.ref();
      started.child.disconnect();
      await ended;
    },
  };
}

/** Starts the process; undefined if it ends at once, as where the port is taken. */
async function start(
  run: string,
  options: readonly string[],
): Promise<{ child: ChildProcess; address: string } | undefined> {
  const child = spawn(process.execPath, [process.argv[1]!, 'watch', run, '--json', ...options], {
    // Of another group: Ctrl-C is for the training, which shows its last step. It ends when the channel closes.
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const line = await new Promise<string | undefined>((resolve) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('\n')) resolve(text);
    });
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
  });
  if (line === undefined) return undefined;
  // It may outlive what this process has to do.
  child.unref();
  child.channel?.unref();
  (child.stdout as unknown as { unref(): void }).unref();
  return { child, address: (JSON.parse(line) as { address: string }).address };
}
