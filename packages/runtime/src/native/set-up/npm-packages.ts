import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownFile } from '../../own-file';
import { NativeSetupError } from '../native-setup-error';
import { runCommand, type CommandOptions, type CommandResult, type Environment } from '../run-command';
import { describeFailure } from './describe-failure';

/** The packages of an installation: their lockfile is `native/NAME-lock.json`, with `native/NAME-package.json`. */
export interface PackageList {
  name: 'npm' | 'webgpu';
  /** The package that users know, for messages. */
  main: string;
}

/**
 * Installs packages from npm into `folder`, in the versions of this package's lockfile. Each must match its SHA-512.
 * The lockfile names no registry, so mirrors work. Runs no install scripts: that of tfjs-node-gpu would download an old
 * TensorFlow, which does not support current versions of Node and GPUs.
 */
export async function installNpmPackages(
  folder: string,
  { name, main }: PackageList,
  options: CommandOptions,
): Promise<void> {
  copyFileSync(ownFile(`${name}-package.json`), join(folder, 'package.json'));
  copyFileSync(ownFile(`${name}-lock.json`), join(folder, 'package-lock.json'));
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--package-lock=true', '--loglevel=error'];
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--prefer-offline', '--no-update-notifier'];
  const result = await runNpm([...args, ...quiet], { ...options, cwd: folder });
  if (result.missing) {
    throw new NativeSetupError(
      'no-npm',
      'npm was not found: install it next to Node (the builds of nodejs.org include it).',
    );
  }
  if (result.code !== 0) throw describeFailure(`npm could not install ${main}`, result);
}

async function runNpm(args: string[], options: CommandOptions): Promise<CommandResult> {
  const script = npmScript(options.env ?? process.env);
  return script ? runCommand(process.execPath, [script, ...args], options) : runCommand('npm', args, options);
}

/** The npm of the running Node. The PATH may have no npm, or that of another Node. */
function npmScript(env: Environment): string | undefined {
  const beside = dirname(process.execPath);
  const candidates = [
    env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : undefined,
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * Removes all files that are not needed at run time: about 270 MB of other builds and source maps of TensorFlow.js
 * (Node loads one file of each package), core-js (4,000 files for old browsers), types, sources, texts, and npm's links
 * to programs. Every remaining file is checked whenever the installation is loaded.
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
  for (const name of ['node-api-headers', 'core-js', '@types']) {
    rmSync(join(modules, name), { recursive: true, force: true });
  }
  for (const name of ['src', 'scripts', 'binding']) {
    rmSync(join(scope, 'tfjs-node-gpu', name), { recursive: true, force: true });
  }
  removeUnneeded(modules);
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json']) {
    rmSync(join(folder, name), { force: true });
  }
}

/** Removes npm's folders `.bin`, which hold links, and files that Node never loads. */
function removeUnneeded(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isUnneeded = entry.isDirectory() ? entry.name === '.bin' : UNNEEDED.test(entry.name);
    if (isUnneeded) rmSync(path, { recursive: true, force: true });
    else if (entry.isDirectory()) removeUnneeded(path);
  }
}

const UNNEEDED = /^(?!licen[cs]e|notice).*\.(ts|mts|cts|map|md|markdown|yml|flow)$/i;

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
