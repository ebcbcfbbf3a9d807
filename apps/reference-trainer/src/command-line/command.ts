import type { z } from 'zod';
import { checkOptions } from './usage-error';

/** The definition of a command: each file in `commands/` has one. */
export interface CommandDefinition<Schema extends z.ZodObject> {
  /** Its words, such as `data generate`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its options and arguments, made with `options.ts`: the source of help, defaults and checks. */
  readonly options: Schema;
  readonly examples: readonly string[];
  /** Text at the end of `--help`. */
  readonly notes?: string;
  run(options: z.output<Schema>): Promise<void>;
}

/** A command that can be run with the values of a command line. */
export interface Command extends Omit<CommandDefinition<z.ZodObject>, 'run'> {
  /** Checks the options, then runs. @throws UsageError if they are wrong. */
  run(given: unknown): Promise<void>;
}

/** Makes a command that checks its options before it runs. */
export const defineCommand = <Schema extends z.ZodObject>(definition: CommandDefinition<Schema>): Command => ({
  ...definition,
  run: async (given) => definition.run(checkOptions(definition.options, given)),
});
