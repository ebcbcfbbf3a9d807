import { readdirSync } from 'node:fs';
import validateName from 'validate-npm-package-name';
import { UsageError } from './usage-error';

/** What may lie in the folder of a new project. */
const harmless = ['.git', '.DS_Store'];

/** @throws Error unless the folder is missing or empty, so that a project can be written into it. */
export function expectEmptyFolder(folder: string): void {
  let entries: string[];
  try {
    entries = readdirSync(folder).filter((name) => !harmless.includes(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR') throw new Error(`${folder} is a file, or is below one. Choose another folder.`);
    throw error;
  }
  if (entries.length === 0) return;
  const shown = entries.slice(0, 3).join(', ');
  const others = entries.length > 3 ? ` and ${entries.length - 3} more` : '';
  throw new Error(`${folder} is not empty: it has ${shown}${others}. Choose another folder; nothing is overwritten.`);
}

/** @throws UsageError for a name that npm would refuse in package.json. */
export function expectName(name: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validateName(name);
  if (validForNewPackages) return;
  const nearest = validName(name);
  const example = nearest ? `, such as --name ${nearest}` : '';
  throw new UsageError(
    `${JSON.stringify(name)} cannot be the name of a package: ${[...errors, ...warnings].join(', ')}. ` +
      `Choose another folder, or give a name${example}.`,
  );
}

/** The nearest name that npm accepts, or undefined if there is none. */
function validName(name: string): string | undefined {
  const nearest = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
  const candidates = nearest === '' ? [] : [nearest, `${nearest}-project`];
  return candidates.find((each) => validateName(each).validForNewPackages);
}
