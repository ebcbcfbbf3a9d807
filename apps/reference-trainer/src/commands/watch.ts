import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { args, integer } from '../command-line/options';
import { jsonOption } from '../command-line/shared-options';
import { expectDifferentRuns } from '../command-line/expect-different-runs';
import { UsageError } from '../command-line/usage-error';
import { exitStatusOf, StopSignals, type StopSignal } from '../process/stop-signals';
import { Terminal } from '../terminal/terminal';
import { serveWatch } from '../watch/watch-server';

/** Options of `hrm watch`. */
const watchOptions = z.strictObject({
  runs: args('Folders of runs; several are shown over each other. They need not exist yet'),
  port: integer('Port on this machine; 0 takes any that is free', { least: 0 }).default(8418),
  json: jsonOption,
});

/** Runs `hrm watch`, until a signal asks it to end, or the training ends that started it. */
async function watch({ runs, port, json }: z.infer<typeof watchOptions>): Promise<void> {
  if (runs.length === 0) throw new UsageError('RUN is missing: the folder of a run, or of several');
  expectDifferentRuns(runs);
  const terminal = new Terminal(json);
  const { address, close } = await serveWatch(runs, port);
  terminal.say(`Watch it at ${address} in a browser on this machine. Ctrl-C ends the page, not the training.`);
  terminal.result({ address });
  const signal = await new Promise<StopSignal | undefined>((done) => {
    new StopSignals(done);
    // `hrm train --watch` has started this process, and ends.
    process.once('disconnect', () => done(undefined));
  });
  await close();
  if (signal) process.exitCode = exitStatusOf(signal);
}

export const watchCommand = defineCommand({
  name: 'watch',
  summary: 'Follow runs in a browser while they train',
  options: watchOptions,
  examples: ['hrm watch runs/first', 'hrm watch runs/first runs/second --port 0'],
  run: watch,
});
