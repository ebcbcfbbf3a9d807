import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TemplateName } from './templates';

const own = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
  version: string;
  scripts: { [name: string]: string };
  devDependencies: { [name: string]: string };
  dependencies: { [name: string]: string };
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** The version of this package. */
export const ownVersion = readManifest(join(own, 'package.json')).version;

/**
 * The files of a project, by their paths: those of its template and those that all templates share. A template of this
 * repository depends on our packages as `workspace:^`; a project depends on the versions that this package was
 * published with.
 */
export function projectFiles(template: TemplateName, name: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const source of ['shared', template]) {
    const folder = join(own, 'templates', source);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length + 1).replaceAll('\\', '/');
      if (/(^|\/)(node_modules|dist)\//.test(path)) continue;
      // npm publishes no .gitignore.
      files.set(path === '_gitignore' ? '.gitignore' : path, readFileSync(file, 'utf8'));
    }
  }
  files.set('package.json', manifestOf(files.get('package.json')!, name));
  files.set('README.md', files.get('README.md')!.replace(/^# .*/, `# ${name}`));
  return files;
}

/** The package.json of a template, as that of a project. */
function manifestOf(text: string, name: string): string {
  const { version, devDependencies: published } = readManifest(join(own, 'package.json'));
  const manifest = JSON.parse(text) as Manifest;
  const dependencies = Object.entries(manifest.dependencies).map(([other, range]) => {
    if (!range.startsWith('workspace:')) return [other, range];
    const known = published[other];
    // In a clone, where all packages have one version, it is not written down.
    return [other, known && !known.startsWith('workspace:') ? known : `^${version}`];
  });
  return `${JSON.stringify({ ...manifest, name, dependencies: Object.fromEntries(dependencies) }, null, 2)}\n`;
}

/**
 * Writes files into a folder, which is missing or empty. All are written or none: after an error, what was written is
 * removed again. No file is overwritten. A signal waits for these few milliseconds.
 */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const wait = () => {};
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, wait);
  const made: string[] = [];
  const makeFolder = (path: string) => {
    const first = mkdirSync(path, { recursive: true });
    if (first !== undefined) made.push(first);
  };
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      makeFolder(dirname(file));
      writeFileSync(file, text, { flag: 'wx' });
      made.push(file);
    }
  } catch (error) {
    for (const path of made.reverse()) rmSync(path, { recursive: true, force: true });
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, wait);
  }
}
