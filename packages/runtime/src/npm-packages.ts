import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeFailure } from './describe-failure';
import { NativeSetupError } from './native-setup-error';
import { NATIVE_VERSIONS } from './native-target';
import { runCommand, type CommandOptions, type CommandResult } from './run-command';

/**
 * Installs tfjs-node-gpu and the Node-API headers from npm into `folder`, running no install script: the package's own
 * would download a TensorFlow that knows neither today's Node nor today's GPUs.
 */
export async function installNpmPackages(folder: string, options: CommandOptions): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'hrm-native', version: '0.0.0', private: true }));
  const { tfjs, nodeApiHeaders } = NATIVE_VERSIONS;
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--save-exact', '--loglevel=error'];
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--prefer-offline', '--no-update-notifier'];
  const packages = [`@tensorflow/tfjs-node-gpu@${tfjs}`, `node-api-headers@${nodeApiHeaders}`];
  const result = await runNpm([...args, ...quiet, ...packages], { ...options, cwd: folder });
  if (result.missing) {
    throw new NativeSetupError(
      'no-npm',
      'npm was not found: install it beside Node (it comes with nodejs.org builds).',
    );
  }
  if (result.code !== 0) throw describeFailure('npm could not install tfjs-node-gpu', result);
}

async function runNpm(args: string[], options: CommandOptions): Promise<CommandResult> {
  const script = npmScript(options.env ?? process.env);
  return script ? runCommand(process.execPath, [script, ...args], options) : runCommand('npm', args, options);
}

/** The npm that came with the running Node, so that a PATH without npm, or with that of another Node, does no harm. */
function npmScript(env: NodeJS.ProcessEnv): string | undefined {
  const beside = dirname(process.execPath);
  const candidates = [
    env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : undefined,
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * Removes what running needs not: the TensorFlow.js packages hold some 270 MB of other builds and source maps, of which
 * Node loads one file each. What goes beyond `main` is nobody's business in a private cache.
 */
export function pruneNpmPackages(folder: string): void {
  const modules = join(folder, 'node_modules');
  const scope = join(modules, '@tensorflow');
  for (const name of readdirSync(scope)) {
    if (name === 'tfjs-node-gpu') continue;
    const { main } = JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8')) as { main: string };
    const keep = new Set(['package.json', main.replace(/^\.\//, '')]);
    removeAllBut(join(scope, name), '', keep);
  }
  rmSync(join(modules, 'node-api-headers'), { recursive: true, force: true });
}

function removeAllBut(root: string, relative: string, keep: ReadonlySet<string>): boolean {
  let keptAny = false;
  for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
    const path = relative ? `${relative}/${entry.name}` : entry.name;
    const licence = /^(licen[cs]e|notice)/i.test(entry.name);
    const kept = entry.isDirectory() ? removeAllBut(root, path, keep) : keep.has(path) || licence;
    if (kept) keptAny = true;
    else rmSync(join(root, path), { recursive: true, force: true });
  }
  return keptAny;
}
