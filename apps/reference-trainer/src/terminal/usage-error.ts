import type { z } from 'zod';

/** The command line or a config asks for something that cannot be: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `maxSteps` as it is on the command line: `max-steps`. */
export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The first thing that zod found wrong, in words. */
export function describeIssue(error: z.ZodError, nameOf: (path: readonly PropertyKey[]) => string): string {
  const issue = error.issues[0]!;
  if (issue.code === 'unrecognized_keys') return `${nameOf([...issue.path, issue.keys[0]!])} is not known`;
  return `${nameOf(issue.path)}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

/** Checks a command's options against their schema. @throws UsageError naming the flag. */
export function checkOptions<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new UsageError(describeIssue(result.error, (path) => `--${kebab(String(path[0] ?? ''))}`));
}
