import type { z } from 'zod';
import { checkOptions } from './usage-error';

/** What a command is: a file in `commands/` holds one of these, and nobody else knows it. */
export interface CommandDefinition<Schema extends z.ZodObject> {
  /** Its words, such as `data generate`. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Its options and arguments, made with `options.ts`. Help, defaults and checks come from here. */
  readonly options: Schema;
  readonly examples: readonly string[];
  /** What else `--help` says. */
  readonly notes?: string;
  run(options: z.output<Schema>): Promise<void>;
}

/** A command, ready to be run with what a command line gave. */
export interface Command extends Omit<CommandDefinition<z.ZodObject>, 'run'> {
  /** Checks the options and runs. @throws UsageError where they cannot be. */
  run(given: unknown): Promise<void>;
}

/** Makes a command, which checks its options before it runs. */
export const defineCommand = <Schema extends z.ZodObject>(definition: CommandDefinition<Schema>): Command => ({
  ...definition,
  run: async (given) => definition.run(checkOptions(definition.options, given)),
});
