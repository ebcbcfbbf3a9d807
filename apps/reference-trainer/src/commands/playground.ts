import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { integer } from '../command-line/options';
import { jsonOption } from '../command-line/shared-options';
import { serveFolder } from '../page/serve-folder';
import { exitStatusOf, StopSignals, type StopSignal } from '../process/stop-signals';
import { Terminal } from '../terminal/terminal';

/** The page, which the build copies next to the command. */
const page = fileURLToPath(new URL('./playground', import.meta.url));

/** Options of `hrm playground`. */
const playgroundOptions = z.strictObject({
  port: integer('Port on this machine; 0 takes any that is free', { least: 0 }).default(8417),
  json: jsonOption,
});

/** Runs `hrm playground`, until a signal asks it to end. */
async function playground({ port, json }: z.infer<typeof playgroundOptions>): Promise<void> {
  if (!existsSync(page)) throw new Error(`${page} is missing; build it: npm run build`);
  const terminal = new Terminal(json);
  const { address, close } = await serveFolder(page, port);
  terminal.say(`The playground is at ${address} for browsers on this machine. Ctrl-C ends it.`);
  terminal.result({ address });
  const signal = await new Promise<StopSignal>((resolve) => void new StopSignals(resolve));
  close();
  process.exitCode = exitStatusOf(signal);
}

export const playgroundCommand = defineCommand({
  name: 'playground',
  summary: 'Serve a page in which models solve puzzles, step by step, and learn before your eyes',
  options: playgroundOptions,
  examples: ['hrm playground', 'hrm playground --port 0 --json'],
  run: playground,
});
