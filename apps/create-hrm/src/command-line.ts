import { parseArgs } from 'node:util';
import { isTemplateName, templates, type TemplateName } from './templates';
import { UsageError } from './usage-error';

/** The values on a command line. The program asks for those that are undefined. */
export interface Request {
  folder: string | undefined;
  template: TemplateName | undefined;
  /** The name in package.json. Default: that of the folder. */
  name: string | undefined;
  yes: boolean;
  help: boolean;
  version: boolean;
}

const names = templates.map(({ name }) => name);

export const usage = `Usage: npm create hrm [FOLDER] -- [OPTIONS]

Writes a small TypeScript project with HRM into FOLDER: a program, its test, a training script and a README.
In a terminal it asks for what is not given. It downloads nothing and overwrites nothing.

Options:
  -t, --template NAME  ${names.join(', ')}
      --name NAME      the name in package.json (default: the name of FOLDER)
  -y, --yes            ask nothing: FOLDER is hrm-project and the template own-task, if they are not given
  -h, --help           print this
  -v, --version        print the version

Templates:
${templates.map(({ name, title, hint }) => `  ${name.padEnd(19)}${title}: ${hint}`).join('\n')}

Examples:
  npm create hrm
  npm create hrm my-project -- --template own-layer
  pnpm create hrm my-page --template browser`;

/** @throws UsageError for unknown options, too many words and unknown templates. */
export function parseCommandLine(words: readonly string[]): Request {
  const { values, positionals } = parse(words);
  if (positionals.length > 1) {
    throw new UsageError(`Expected one folder, got ${positionals.length}: ${positionals.join(', ')}.`);
  }
  const { template, name, yes = false, help = false, version = false } = values;
  if (template !== undefined && !isTemplateName(template)) {
    throw new UsageError(`There is no template ${template}. The templates are ${names.join(', ')}.`);
  }
  const [folder] = positionals;
  if (folder === '') throw new UsageError('The folder is an empty text. Give a name, or . for this folder.');
  return { folder, template, name, yes, help, version };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        name: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // Of Node's message, the part that names the mistake.
    throw new UsageError(
      `${(error as Error).message.split(/\. |\n/)[0]}. \`npm create hrm -- --help\` lists the options.`,
    );
  }
}
