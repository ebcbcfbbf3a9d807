import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The pnpm of this repository could not be fetched. `output` is what npm printed. */
export class PnpmNotFoundError extends Error {
  constructor(output) {
    super(`npm could not bring ${packageManager}, which installs everything else`);
    this.name = 'PnpmNotFoundError';
    this.output = output;
  }
}

/** Where an install puts it: it is a dependency of the workspace, so `npx` and npm scripts find it. */
const installed = fileURLToPath(new URL('../node_modules', import.meta.url));

/**
 * Finds the pnpm that package.json names: the one that runs this program, the one that an earlier install put here, or
 * a copy that npm fetches once. Nobody has to install it.
 *
 * @returns {Promise<{ program: string, path: string }>} its main file, for Node to run, and a PATH on which `pnpm` is found.
 */
export async function findPnpm(env = process.env) {
  const version = packageManager.replace('pnpm@', '');
  const runner = env.npm_execpath ?? '';
  if (/pnpm\.c?js$/.test(runner) && env.npm_config_user_agent?.startsWith(`pnpm/${version} `)) {
    return { program: runner, path: env.PATH ?? '' };
  }
  const here = join(installed, 'pnpm/bin/pnpm.cjs');
  if (isVersion(here, version)) return { program: here, path: join(installed, '.bin') + delimiter + (env.PATH ?? '') };
  const { path, error } = await pathWithPnpm(env, runner);
  for (const folder of path.split(delimiter)) {
    const link = join(folder, 'pnpm');
    const candidates = [join(folder, '../pnpm/bin/pnpm.cjs'), existsSync(link) ? realpathSync(link) : ''];
    const program = candidates.find((file) => file.endsWith('pnpm.cjs') && isVersion(file, version));
    if (program) return { program, path };
  }
  throw new PnpmNotFoundError(error || `It put no pnpm of version ${version} on the PATH.`);
}

/** The PATH that npm gives to programs it runs with pnpm. */
function pathWithPnpm(env, runner) {
  const print = 'process.stdout.write(process.env.PATH)';
  const words = ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'node', '-e', print];
  // Options of an outer `npx` or `npm exec` do not apply here.
  const { npm_config_call, npm_config_package, ...rest } = env;
  const options = { env: { ...rest, npm_config_loglevel: 'error' } };
  return new Promise((resolve) => {
    const end = (error, stdout, stderr) =>
      resolve(error ? { path: '', error: stderr || error.message } : { path: stdout });
    if (runner.endsWith('npm-cli.js')) execFile(process.execPath, [runner, ...words], options, end);
    else execFile('npm', words, { ...options, shell: process.platform === 'win32' }, end);
  });
}

function isVersion(program, version) {
  const manifest = join(dirname(program), '../package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
}
