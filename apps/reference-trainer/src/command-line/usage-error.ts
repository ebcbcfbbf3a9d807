import type { z } from 'zod';

/** The command line or a config asks for something that cannot be: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `maxSteps` as it is on the command line: `max-steps`. */
export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** More than so many faults are counted, and no longer told. */
const MOST_FAULTS = 20;

/** zod's kinds of values, in words. */
const KINDS: { readonly [kind: string]: string } = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};
const kindInWords = (kind: string) => KINDS[kind] ?? kind;

/** What an issue says, in plain words where zod has chosen its own. */
function issueInWords({ code, message, ...issue }: z.core.$ZodIssue): string {
  if (code === 'invalid_union' && 'options' in issue) return `expected ${(issue.options as string[]).join(' or ')}`;
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^expected (\w+), received undefined$/, (_, kind: string) => `is missing; expected ${kindInWords(kind)}`)
    .replace(/^expected int, received number$/, 'expected a whole number')
    .replace(
      /^expected (\w+), received (\w+)$/,
      (_, kind: string, got: string) => `expected ${kindInWords(kind)}, got ${kindInWords(got)}`,
    )
    .replace(/^Too small: expected number to be >=(\S+)$/, 'expected at least $1')
    .replace(/^Too small: expected number to be >(\S+)$/, 'expected more than $1')
    .replace(/^Too big: expected \w+ to be <=(\S+)$/, 'expected at most $1')
    .replace(
      /^(?:Invalid option: expected one of |Invalid discriminator value\. Expected )(.*)$/,
      (_, names: string) => `expected ${names.replaceAll("'", '"').replace(/ ?\| ?/g, ' or ')}`,
    );
}

/** All that zod found wrong, in words, one fault a line. */
export function describeIssues(error: z.ZodError, nameOf: (path: readonly PropertyKey[]) => string): string {
  const all = error.issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys') {
      // A line for each key, which ends the path: see `section`.
      const lines = /is not known/.test(message) ? message.split('\n') : issue.keys.map((key) => `${key} is not known`);
      return lines.map((line) => nameOf([...path, line]));
    }
    return [`${nameOf(path)}: ${issueInWords(issue)}`];
  });
  const faults = [...new Set(all)];
  const rest = faults.length - MOST_FAULTS;
  const told = rest > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${rest} more`] : faults;
  return told.length === 1 ? told[0]! : `${faults.length} faults:${told.map((fault) => `\n  ${fault}`).join('')}`;
}

/** The name of a place in a config, such as `training.batchSize`. */
export const configPlace = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'the config';

/** Checks a command's options against their schema. @throws UsageError naming the flags. */
export function checkOptions<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new UsageError(describeIssues(result.error, (path) => `--${kebab(String(path[0] ?? ''))}`));
}
