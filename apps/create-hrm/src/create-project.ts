import { basename, resolve } from 'node:path';
import { parseCommandLine, usage, type Request } from './command-line';
import { nextCommands } from './next-commands';
import { askFolder, askTemplate, greet, type Streams } from './questions';
import { expectEmptyFolder, expectName } from './target-folder';
import { defaultTemplate, type TemplateName } from './templates';
import { UsageError } from './usage-error';
import { ownVersion, projectFiles, writeProject } from './write-project';

/** What the program is started with. */
export interface Surroundings extends Streams {
  /** Where the user is. */
  folder: string;
  /** `npm_config_user_agent`, by which package managers name themselves. */
  userAgent?: string | undefined;
  /** Whether questions can be asked. */
  isTerminal: boolean;
  print(text: string): void;
  printError(text: string): void;
}

const defaultFolder = 'hrm-project';

/**
 * Makes a project from the words of a command line, and asks for the values that are missing.
 *
 * @returns the exit status: 0; 1 if the project could not be written; 2 for wrong words; 130 after Ctrl-C.
 */
export async function createProject(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings;
  try {
    const request = parseCommandLine(words);
    if (request.help || request.version) {
      print(request.help ? usage : ownVersion);
      return 0;
    }
    return await make(request, surroundings);
  } catch (error) {
    printError(`create-hrm: ${(error as Error).message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function make(request: Request, surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings;
  const pathOf = (folder: string) => resolve(surroundings.folder, folder);
  const nameOf = (folder: string) => request.name ?? basename(pathOf(folder));
  const expectUsable = (folder: string) => {
    expectName(nameOf(folder));
    expectEmptyFolder(pathOf(folder));
  };
  if (request.folder !== undefined) expectUsable(request.folder);
  const choice = await choose(request, expectUsable, surroundings);
  if (choice === undefined) {
    printError('Stopped. Nothing was written.');
    return 130;
  }
  const { folder, template } = choice;
  expectUsable(folder);
  const files = projectFiles(template, nameOf(folder));
  writeProject(pathOf(folder), files);
  const { scripts } = JSON.parse(files.get('package.json')!) as { scripts: { [name: string]: string } };
  const shown = ['test', 'train', 'dev'].filter((script) => scripts[script] !== undefined);
  const commands = nextCommands({ from: surroundings.folder, to: pathOf(folder) }, shown, surroundings.userAgent);
  print(`\n${pathOf(folder)} has ${files.size} files of the template ${template}. Next:\n`);
  print(commands.map((command) => `  ${command}`).join('\n'));
  return 0;
}

interface Choice {
  folder: string;
  template: TemplateName;
}

/** What the request says; what it leaves open is asked, or the default with `--yes`. @returns undefined after Ctrl-C. */
async function choose(
  { folder, template, yes }: Request,
  expectUsable: (folder: string) => void,
  { isTerminal, input, output }: Surroundings,
): Promise<Choice | undefined> {
  if (folder !== undefined && template !== undefined) return { folder, template };
  if (yes) return { folder: folder ?? defaultFolder, template: template ?? defaultTemplate };
  if (!isTerminal) {
    const missing = [folder === undefined && 'FOLDER', template === undefined && '--template'].filter(Boolean);
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not given, and this is not a terminal, where it ` +
        'could be asked. For example: npm create hrm my-project -- --template own-task. Or add --yes for the defaults.',
    );
  }
  const streams = { ...(input && { input }), ...(output && { output }) };
  greet(streams);
  const chosenFolder = folder ?? (await askFolder(defaultFolder, expectUsable, streams));
  if (chosenFolder === undefined) return undefined;
  const chosenTemplate = template ?? (await askTemplate(streams));
  return chosenTemplate && { folder: chosenFolder, template: chosenTemplate };
}
