import { z } from 'zod';

/** What the help shows for an option, without its default. */
export interface OptionHelp {
  readonly description: string;
  /** Placeholder for the value, such as `folder`. Undefined for a switch. */
  readonly value?: string;
  /** The value that the option has when it is given without one. Undefined if it needs a value. */
  readonly withoutValue?: string;
  /** Whether it is a positional argument. */
  readonly isArgument?: true;
  /** Whether it may be repeated. */
  readonly isRepeatable?: true;
}

/** Names of a value: its placeholder in the help, and how the error for a missing one calls it. */
interface ValueWords {
  value?: string;
  expected?: string;
}

/** The help of each option, also for schemas derived by `.optional()` or `.default(...)`. */
const optionHelp = z.registry<OptionHelp>();

const quote = (input: unknown) => (input === undefined ? '' : `, got ${JSON.stringify(input)}`);

/** "a, b or c". */
const oneOf = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;

// Every value arrives as the text that was typed, and only the schemas here convert it: `1.10` and `007` are names of
// folders, and become numbers only for an option that is a number.

/** A non-empty text. One that starts with `--` is another option: the value was forgotten. */
const plainText = (expected: string) =>
  z
    .string({ error: `expected ${expected}` })
    .min(1, { error: `expected ${expected}` })
    .refine((text) => !text.startsWith('--'), { error: ({ input }) => `expected ${expected}${quote(input)}` });

/** A text option, such as the name of a folder. */
export const text = (description: string, { value = 'text', expected = `a ${value}` }: ValueWords = {}) =>
  plainText(expected).register(optionHelp, { description, value });

/** A text option that may be repeated. */
export const texts = (description: string, { value = 'text', expected = `a ${value}` }: ValueWords = {}) =>
  z.array(plainText(expected)).default([]).register(optionHelp, { description, value, isRepeatable: true });

/** A whole-number option. */
export const integer = (description: string, { least = -Infinity, most = Infinity } = {}) => {
  const range = `${least === -Infinity ? '' : ` from ${least}`}${most === Infinity ? '' : ` to ${most}`}`;
  const expected = `expected a whole number${range}`;
  const error = ({ input }: { input?: unknown }) => expected + quote(input);
  return z
    .string({ error })
    .regex(/^-?\d+$/, { error })
    .refine((digits) => Number.isSafeInteger(Number(digits)) && Number(digits) >= least && Number(digits) <= most, {
      error,
    })
    .transform(Number)
    .register(optionHelp, { description, value: 'n' });
};

/** A whole-number option of at least 1. */
export const count = (description: string, { most = Infinity } = {}) => integer(description, { least: 1, most });

/** The keys of an object, for {@link choice} and {@link list}. */
export const namesOf = <Name extends string>(parts: { readonly [key in Name]: unknown }): Name[] =>
  Object.keys(parts) as Name[];

/** An option with a fixed set of names. */
export const choice = <const Name extends string>(description: string, names: readonly Name[], value = 'name') =>
  z
    .enum(names, { error: ({ input }) => `expected ${oneOf(names)}${quote(input)}` })
    .register(optionHelp, { description, value });

/**
 * An option that takes names separated by commas, or `all`. The result has each name once, in the order of `names`.
 *
 * @param settings `withoutValue: true` lets the option be given without a value, which means all.
 */
export const list = <Name extends string>(
  description: string,
  names: readonly Name[],
  { value = 'names', withoutValue = false } = {},
) =>
  z
    .string({ error: `expected some of ${names.join(', ')}` })
    .transform((given, context): Name[] => {
      if (given === 'all') return [...names];
      const chosen = given.split(',');
      const unknown = chosen.find((name) => !names.includes(name as Name));
      if (unknown === undefined) return names.filter((name) => chosen.includes(name));
      context.addIssue({ code: 'custom', message: `${JSON.stringify(unknown)} is none of ${names.join(', ')}` });
      return z.NEVER;
    })
    .register(optionHelp, { description, value, ...(withoutValue && { withoutValue: 'all' }) });

/** A switch. */
export const toggle = (description: string) => z.boolean().default(false).register(optionHelp, { description });

/** A positional argument. */
export const argument = (description: string) => z.string().register(optionHelp, { description, isArgument: true });

/** Any number of positional arguments. */
export const args = (description: string) =>
  z.array(z.string()).register(optionHelp, { description, isArgument: true, isRepeatable: true });

/** An option's help, whether it is optional, and its default. */
export function describeOption(schema: z.ZodType): OptionHelp & { isOptional: boolean; byDefault?: unknown } {
  const help = optionHelp.get(schema);
  if (help) return { ...help, isOptional: schema instanceof z.ZodDefault };
  if (schema instanceof z.ZodOptional) return { ...describeOption(schema.unwrap() as z.ZodType), isOptional: true };
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = describeOption(schema.unwrap() as z.ZodType);
    return { ...inner, isOptional: true, byDefault: schema.def.defaultValue };
  }
  throw new TypeError('an option of a command has no help: make it with one of command-line/options.ts');
}
