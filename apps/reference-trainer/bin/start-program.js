// Any Node since 14 reads this far enough to be told what it lacks.
import { existsSync, readFileSync } from 'fs';

const numbers = (version) => version.match(/\d+/g).map(Number);

/**
 * Starts a program that is built: `dist/NAME.js` of a folder.
 *
 * @param {string} name such as `hrm`
 * @param {URL} folder with its package.json, which says what Node it needs
 */
export async function startProgram(name, folder) {
  const { engines } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  const [major, minor] = numbers(process.versions.node);
  const [leastMajor, leastMinor] = numbers(engines.node);
  const program = new URL(`dist/${name}.js`, folder);

  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    console.error(
      `${name}: this is Node ${process.versions.node}, and Node ${leastMajor}.${leastMinor} or newer is needed.`,
    );
    process.exit(1);
  }
  if (!existsSync(program)) {
    console.error(
      `${name}: the command is not built yet: \`npm run build\` builds it, in the folder of the repository.`,
    );
    process.exit(1);
  }
  try {
    await import(program.href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(`${name}: ${error.message.split(' imported from')[0]}: \`npm run build\` builds what is missing.`);
    process.exit(1);
  }
}
