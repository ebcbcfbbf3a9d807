import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Copies the repository as it lies here, with its history and with what is built, and installs its dependencies.
 * Nothing that is done in the copy changes this repository.
 */
export async function copyRepository(folder, pnpm) {
  await run('git', ['clone', '--quiet', '--no-checkout', '--local', root, folder]);
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const built = ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => `${kind}/${name}/dist`),
  );
  for (const path of [...listed.split('\0').filter((path) => path !== ''), ...built]) {
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
  const words = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await run(process.execPath, [pnpm.program, ...words], {
    cwd: folder,
    env: { ...process.env, PATH: pnpm.path, CI: '1' },
  });
  await run('git', ['add', '--all'], { cwd: folder });
}

/** The manifests of the packages that are published, with their folders. */
export function publishedManifests(folder) {
  return ['packages', 'apps']
    .flatMap((kind) => readdirSync(join(folder, kind)).map((name) => join(folder, kind, name)))
    .filter((from) => existsSync(join(from, 'package.json')))
    .map((from) => ({ from, ...JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) }))
    .filter((manifest) => !manifest.private);
}

/**
 * npm signs where a package was made only in a workflow on GitHub, and refuses to publish anywhere else what asks for
 * it.
 */
export function withoutProvenance(manifest) {
  const path = join(manifest.from, 'package.json');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/,\s*"provenance": true/, ''));
}
