import { z } from 'zod';

/** What the help says of an option, beside its default. */
export interface OptionHelp {
  readonly description: string;
  /** What stands for the value, such as `folder`. A switch takes none. */
  readonly value?: string;
  /** What the option means without a value: then the value may be left out. */
  readonly withoutValue?: string;
  /** Whether it stands without a `--`, at its place on the command line. */
  readonly isArgument?: true;
  /** Whether it may be given several times. */
  readonly isRepeatable?: true;
}

/** How a value is called in the help, and in the error where there is none. */
interface ValueWords {
  value?: string;
  expected?: string;
}

/** The help of each option. Schemas made from one of these, by `.optional()` or `.default(...)`, have it too. */
const optionHelp = z.registry<OptionHelp>();

const quote = (input: unknown) => (input === undefined ? '' : `, got ${JSON.stringify(input)}`);

/** "a, b or c". */
const oneOf = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;

// Every value of a command line comes as the text that was typed. What it means is decided here and nowhere before: `1.10`
// and `007` are names of folders, and become numbers only where an option is a number.

/** A text, never empty. One that starts with `--` is another option, and this one's value was forgotten. */
const plainText = (expected: string) =>
  z
    .string({ error: `expected ${expected}` })
    .min(1, { error: `expected ${expected}` })
    .refine((text) => !text.startsWith('--'), { error: ({ input }) => `expected ${expected}${quote(input)}` });

/** An option that is a text, such as the name of a folder. */
export const text = (description: string, { value = 'text', expected = `a ${value}` }: ValueWords = {}) =>
  plainText(expected).register(optionHelp, { description, value });

/** A text that may be given several times. */
export const texts = (description: string, { value = 'text', expected = `a ${value}` }: ValueWords = {}) =>
  z.array(plainText(expected)).default([]).register(optionHelp, { description, value, isRepeatable: true });

/** An option that is a whole number. */
export const integer = (description: string, { least = -Infinity } = {}) => {
  const expected = `expected a whole number${least === -Infinity ? '' : ` from ${least}`}`;
  const error = ({ input }: { input?: unknown }) => expected + quote(input);
  return z
    .string({ error })
    .regex(/^-?\d+$/, { error })
    .refine((digits) => Number.isSafeInteger(Number(digits)) && Number(digits) >= least, { error })
    .transform(Number)
    .register(optionHelp, { description, value: 'n' });
};

/** An option that is a whole number from 1. */
export const count = (description: string) => integer(description, { least: 1 });

/** The names of some parts, for {@link choice} and {@link list}. */
export const namesOf = <Name extends string>(parts: { readonly [key in Name]: unknown }): Name[] =>
  Object.keys(parts) as Name[];

/** An option that is one of some names. */
export const choice = <const Name extends string>(description: string, names: readonly Name[], value = 'name') =>
  z
    .enum(names, { error: ({ input }) => `expected ${oneOf(names)}${quote(input)}` })
    .register(optionHelp, { description, value });

/**
 * An option that is some of these names, separated by commas; in their order, each once. `all` is all of them.
 *
 * @param settings `withoutValue: true` lets the option stand alone, for all.
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

/** An option that is given or not. */
export const toggle = (description: string) => z.boolean().default(false).register(optionHelp, { description });

/** What stands on the command line without a `--`. */
export const argument = (description: string) => z.string().register(optionHelp, { description, isArgument: true });

/** Any number of them. */
export const args = (description: string) =>
  z.array(z.string()).register(optionHelp, { description, isArgument: true, isRepeatable: true });

/** An option's help, whether it may be left out, and what it is then. */
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
