import { join } from 'node:path';
import { emptyProject } from './consumer.mjs';
import { run } from './processes.mjs';

/** Installs a tool by npm, and returns the folder of its package. */
async function tool(name, { folder, env }) {
  const project = emptyProject(join(folder, name.replace('/', '-')));
  await run('npm', ['install', name], { cwd: project, env });
  return join(project, 'node_modules', name.replace(/(.)@.*/, '$1'));
}

/** The program of a version of Node. */
export const nodeOf = async (version, tools) => join(await tool(`node@${version}`, tools), 'bin/node');

/**
 * The package managers. Each returns what adds packages to a project (`add`), what runs a file of it (`runs`, given a
 * Node), and files that a project needs for it. Bun and Deno run files by themselves: `ownRuntime`. `noRequire` says why
 * `require()` cannot load ES modules there.
 */
const managers = {
  npm: () => ({ add: ['npm', 'install'] }),
  pnpm: ({ pnpm, folder }) => ({
    add: [process.execPath, pnpm.program, 'add', '--store-dir', join(folder, 'pnpm-store')],
  }),
  async yarn(tools) {
    const program = join(await tool('yarn@1.22.22', tools), 'bin/yarn.js');
    return { add: [process.execPath, program, 'add', '--non-interactive'] };
  },
  // Without node_modules (Plug'n'Play): a package that imports what it does not declare fails.
  async berry(tools) {
    const program = join(await tool('@yarnpkg/cli-dist@4', tools), 'bin/yarn.js');
    const settings = {
      ...{ npmRegistryServer: tools.url, unsafeHttpWhitelist: ['127.0.0.1'], npmMinimalAgeGate: 0 },
      ...{ enableTelemetry: false, enableImmutableInstalls: false, globalFolder: join(tools.folder, 'berry') },
    };
    return {
      files: { '.yarnrc.yml': JSON.stringify(settings), 'yarn.lock': '' },
      add: [process.execPath, program, 'add'],
      runs: (node) => [node, program, 'node'],
      noRequire: "Plug'n'Play does not find what an ES module imports when require() loads it",
    };
  },
  async bun(tools) {
    const program = join(await tool('bun@1', tools), 'bin/bun.exe');
    return {
      files: { 'bunfig.toml': `[install]\nregistry = "${tools.url}"\n` },
      env: { BUN_INSTALL_CACHE_DIR: join(tools.folder, 'bun-cache') },
      add: [program, 'add'],
      runs: () => [program],
      ownRuntime: true,
    };
  },
  async deno(tools) {
    const program = join(await tool('deno@2', tools), 'bin.cjs');
    return {
      files: { 'deno.json': '{ "nodeModulesDir": "auto", "minimumDependencyAge": 0 }' },
      env: {
        DENO_DIR: join(tools.folder, 'deno-cache'),
        DENO_NO_UPDATE_CHECK: '1',
        NPM_CONFIG_REGISTRY: tools.url,
      },
      add: [process.execPath, program, 'add', '--npm'],
      runs: () => [process.execPath, program, 'run', '--allow-all', '--quiet'],
      ownRuntime: true,
    };
  },
};

export const managerNames = Object.keys(managers);

/**
 * A package manager, got from the registry.
 *
 * @param {{ folder: string, url: string, env: NodeJS.ProcessEnv, pnpm: { program: string } }} tools
 */
export async function managerOf(name, tools) {
  if (!managers[name]) throw new Error(`There is no package manager ${name} here: ${managerNames.join(', ')}`);
  const { files = {}, env, ...manager } = await managers[name](tools);
  return { files, runs: (node) => [node], ownRuntime: false, ...manager, name, env: { ...tools.env, ...env } };
}
