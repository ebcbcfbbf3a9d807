import { Argument, Command as Parser, CommanderError, Option } from 'commander';
import type { z } from 'zod';
import { kebab, UsageError } from './usage-error';
import type { Command } from './command';
import { describeOption } from './options';
import { printedCommandOf } from './printed-command';

/** Summaries of command groups, by the first word of their commands, such as `data`. */
type CommandGroups = Readonly<Record<string, string>>;

/** A program of commands, such as `hrm`. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** In the order of the help. */
  readonly commands: readonly Command[];
  /** Default: none. */
  readonly groups?: CommandGroups;
}

const parsersWithin = (parser: Parser): Parser[] =>
  parser.commands.flatMap((inner) => (inner.commands.length > 0 ? parsersWithin(inner) : [inner]));

/** The words of a command, such as `data generate`. */
const wordsOf = (parser: Parser): string =>
  parser.parent ? [wordsOf(parser.parent), parser.name()].filter(Boolean).join(' ') : '';

/** Collects all values of an option, so that one given twice can be refused. */
const collect = (value: string, before: string[] = []): string[] => [...before, value];

function addOption(parser: Parser, key: string, schema: z.ZodType): void {
  const { description, value, withoutValue, isArgument, isRepeatable, isOptional, byDefault } = describeOption(schema);
  if (isArgument) {
    const name = `${key}${isRepeatable ? '...' : ''}`;
    parser.addArgument(new Argument(isOptional || isRepeatable ? `[${name}]` : `<${name}>`, description));
    return;
  }
  const shown = byDefault === undefined ? '' : ` (default: ${String(byDefault)})`;
  const place = value === undefined ? '' : withoutValue === undefined ? ` <${value}>` : ` [${value}]`;
  const option = new Option(`--${kebab(key)}${place}`, description + shown);
  // commander would make `--no-report` a value false of `report`.
  option.negate = false;
  if (value !== undefined) option.argParser(collect);
  parser.addOption(withoutValue === undefined ? option : option.preset(withoutValue));
}

/** The values on a command line, by the names of the schema. */
function givenOptions(command: Command, args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown {
  const given: Record<string, unknown> = {};
  let place = 0;
  for (const [key, schema] of Object.entries(command.options.shape)) {
    const { value, isArgument, isRepeatable } = describeOption(schema as z.ZodType);
    const found = isArgument ? args[place++] : options[key];
    if (found === undefined) continue;
    if (isArgument || isRepeatable || value === undefined) given[key] = found;
    else {
      const [only, ...more] = found as string[];
      if (more.length > 0) throw new UsageError(`--${kebab(key)}: given more than once`);
      given[key] = only;
    }
  }
  return given;
}

function addCommand(program: Parser, groups: CommandGroups, command: Command): void {
  const words = command.name.split(' ');
  let parent = program;
  for (const word of words.slice(0, -1)) {
    parent = parent.commands.find((group) => group.name() === word) ?? parent.command(word).summary(groups[word] ?? '');
    parent.description(groups[word] ?? '');
  }
  const parser = parent.command(words.at(-1)!).summary(command.summary).description(command.summary);
  for (const [key, schema] of Object.entries(command.options.shape)) addOption(parser, key, schema as z.ZodType);
  const examples = command.examples.map((example) => `  ${example}`).join('\n');
  parser.addHelpText('after', `${command.notes ? `\n${command.notes}\n` : ''}\nExamples:\n${examples}`);
  parser.allowExcessArguments().action(async (...given: unknown[]) => {
    const surplus = parser.registeredArguments.at(-1)?.variadic
      ? []
      : parser.args.slice(parser.registeredArguments.length);
    if (surplus.length > 0) throw new UsageError(`${JSON.stringify(surplus[0])} is one argument too many`);
    await command.run(givenOptions(command, given, parser.opts()));
  });
}

function makeParser({ name, version, commands, groups = {} }: Program): Parser {
  const program = new Parser(name)
    .usage('COMMAND [options]')
    .version(version)
    .helpCommand(false)
    .exitOverride()
    // `runProgram` prints its errors, like all others.
    .configureOutput({ outputError: () => {} })
    .configureHelp({
      visibleCommands: parsersWithin,
      subcommandTerm: (parser) => `${wordsOf(parser)} ${parser.usage().replace('[options]', '').trim()}`,
    })
    .addHelpText(
      'after',
      `\n${printedCommandOf(name, 'help', 'COMMAND')} lists the options of a command, with an example.`,
    );
  for (const command of commands) addCommand(program, groups, command);
  return program;
}

/**
 * Makes sure that a command line begins with a command. commander would show the help of all commands for `fly --help`.
 *
 * @throws UsageError for an incomplete command, such as `data`; CommanderError for an unknown one.
 */
function expectCommand(program: Parser, argv: readonly string[]): void {
  let parser = program;
  for (const [i, word] of argv.entries()) {
    if (parser.commands.length === 0 || word.startsWith('-')) return;
    const next = parser.commands.find((command) => command.name() === word);
    // Throws an error that names the nearest command.
    if (!next) program.parse(argv.slice(0, i + 1), { from: 'user' });
    parser = next!;
  }
  if (parser.commands.length === 0) return;
  const names = parser.commands.map((command) => `\`${program.name()} ${wordsOf(command)}\``);
  throw new UsageError(`${wordsOf(parser)}: expected ${names.join(' or ')}`);
}

/** Turns an error of commander into one of ours; undefined for help and version, which are no errors. */
function usageErrorOf(error: CommanderError, program: Parser): UsageError | undefined {
  if (error.exitCode === 0) return undefined;
  const message = error.message
    .replace(/^error: /, '')
    .replaceAll("'", '"')
    .replace(/\n/, ' ');
  // commander calls "--json=yes" unknown, although it knows --json.
  const flag = error.code === 'commander.unknownOption' ? /"(--[\w-]+)=/.exec(message)?.[1] : undefined;
  const isSwitch = parsersWithin(program).some((parser) => parser.options.some(({ long }) => long === flag));
  return new UsageError(isSwitch ? `${flag} takes no value` : message);
}

/**
 * Runs the command that a command line names, or prints the help or the version.
 *
 * @throws UsageError for a wrong command line, and whatever the command throws.
 */
export async function runCommandLine(program: Program, argv: readonly string[]): Promise<void> {
  const parser = makeParser(program);
  const first = argv.findIndex((word) => word !== 'help');
  const asked = first < 0 ? [] : argv.slice(first);
  const words = argv[0] === 'help' && asked.length > 0 ? [...asked, '--help'] : asked;
  if (words.length === 0) return parser.outputHelp();
  try {
    expectCommand(parser, words);
    await parser.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const usageError = usageErrorOf(error, parser);
    if (usageError) throw usageError;
  }
}
