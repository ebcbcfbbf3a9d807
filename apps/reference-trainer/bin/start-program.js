// Node 14 and later can parse this file, so that an old Node gets a clear message.
import { existsSync, readFileSync } from 'fs';

const numbers = (version) => version.match(/\d+/g).map(Number);

/**
 * Starts a built program: `dist/NAME.js` of a folder. Exits with status 1 if Node is too old or the build is missing.
 *
 * @param {string} name of the program, such as `hrm`
 * @param {URL} folder of its package.json, which says what Node it needs
 */
export async function startProgram(name, folder) {
  const { engines } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  const [major, minor] = numbers(process.versions.node);
  const [minMajor, minMinor] = numbers(engines.node);
  const program = new URL(`dist/${name}.js`, folder);

  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    console.error(
      `${name}: Node ${minMajor}.${minMinor} or newer is needed, but this is Node ${process.versions.node}.`,
    );
    process.exit(1);
  }
  if (!existsSync(program)) {
    console.error(`${name}: the command is not built yet. Run \`npm run build\` in the folder of the repository.`);
    process.exit(1);
  }
  try {
    await import(program.href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(
      `${name}: ${error.message.split(' imported from')[0]}. Run \`npm run build\` to build what is missing.`,
    );
    process.exit(1);
  }
}
