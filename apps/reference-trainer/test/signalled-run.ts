import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGUSR2', 'SIGALRM'] as const;
type SentSignal = (typeof SIGNALS)[number];

/** One start of a run that was sent signals. */
export interface SignalledStart {
  readonly status: number | null;
  readonly signal: SentSignal;
  readonly isDouble: boolean;
  /** Whether it ended before the signal. */
  readonly isDone: boolean;
  /** Whether the second signal ended it before it had saved. */
  readonly isAbrupt: boolean;
  /** Milliseconds from the last signal to the end. */
  readonly milliseconds: number;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Starts a run and sends it one of the stop signals while it trains, and every third time another one soon after.
 *
 * @param start starts `hrm train ... --resume`.
 * @throws Error if its exit status is wrong, or if it has not saved the last step in its log.
 */
export async function signalRun(start: () => ChildProcess, run: string, index: number): Promise<SignalledStart> {
  const signal = SIGNALS[index % SIGNALS.length]!;
  const isDouble = index % 3 === 2;
  // Exits at once. It differs from the first signal, because the same one could be a key that npx forwarded.
  const second = signal === 'SIGTERM' ? 'SIGINT' : 'SIGTERM';
  const child = start();
  let [output, errors] = ['', ''];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const isTraining = new Promise<void>((resolve) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      // Printed before the first step, when the listeners are set.
      if (output.includes('Files: ')) resolve();
    });
  });
  const statusOf = (by: SentSignal) => 128 + constants.signals[by];
  const ended = new Promise<number | null>((resolve) =>
    // A second signal may come after Node has removed its listeners: then the signal itself ends the process.
    child.on('close', (code, by) => resolve(isDouble && by === second ? statusOf(second) : code)),
  );
  await Promise.race([isTraining, ended]);
  await sleep(20 + Math.random() * 200);
  child.kill(signal);
  if (isDouble) {
    await sleep(Math.random() * 30);
    child.kill(second);
  }
  const sent = performance.now();
  const status = await ended;
  const milliseconds = performance.now() - sent;
  const isDone = status === 0;
  const isAbrupt = isDouble && !/Trained to step|nothing to train/.test(output);
  const what = `${isDouble ? 'two ' : ''}${signal}, exit ${status}\n${output}\n${errors}`;
  const expected = isDouble ? [statusOf(signal), statusOf(second)] : [statusOf(signal)];
  if (!isDone && !expected.includes(status!)) throw new Error(`not the exit status of: ${what}`);
  if (/\n\s+at /.test(output + errors) || output.includes('Warning')) throw new Error(`a stack or a warning: ${what}`);
  if (!isDone && !isAbrupt && newestStep(run) !== lastLoggedStep(run)) {
    throw new Error(`step ${lastLoggedStep(run)} was logged, ${newestStep(run)} saved: ${what}`);
  }
  if (existsSync(join(run, 'run.lock'))) throw new Error(`the lock is still there: ${what}`);
  return { status, signal, isDouble, isDone, isAbrupt, milliseconds };
}

/** The step of the newest checkpoint of a run. */
export function newestStep(run: string): number {
  const names = readdirSync(join(run, 'checkpoints')).filter((name) => name.startsWith('checkpoint-'));
  return Math.max(0, ...names.map((name) => Number(name.slice('checkpoint-'.length))));
}

function lastLoggedStep(run: string): number {
  const line = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!;
  return line === '' ? 0 : (JSON.parse(line) as { step: number }).step;
}
