import type { z } from 'zod';

/** An error of the user in a command line or config: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The name of an option on the command line: `max-steps` for `maxSteps`. */
export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Faults that are listed; the others are only counted. */
const MOST_FAULTS = 20;

/** zod's names of types, in words. */
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

/** The message of an issue, with zod's own phrases in plain words. */
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

/** All issues that zod found, in words, one per line. */
export function describeIssues(error: z.ZodError, nameOf: (path: readonly PropertyKey[]) => string): string {
  const all = error.issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys') {
      // `section` gives one line for each unknown key. The key is the end of the path.
      const lines = /is not known/.test(message) ? message.split('\n') : issue.keys.map((key) => `${key} is not known`);
      return lines.map((line) => nameOf([...path, line]));
    }
    return [`${nameOf(path)}: ${issueInWords(issue)}`];
  });
  const faults = [...new Set(all)];
  const rest = faults.length - MOST_FAULTS;
  const shown = rest > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${rest} more`] : faults;
  return shown.length === 1 ? shown[0]! : `${faults.length} faults:${shown.map((fault) => `\n  ${fault}`).join('')}`;
}

/** The name of a config key, such as `training.batchSize`. */
export const configPlace = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'the config';

/** Checks a command's options against their schema. @throws UsageError naming the flags. */
export function checkOptions<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new UsageError(describeIssues(result.error, (path) => `--${kebab(String(path[0] ?? ''))}`));
}
