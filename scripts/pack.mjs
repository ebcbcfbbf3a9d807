import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findPnpm } from './pnpm.mjs';

// `node scripts/pack.mjs FOLDER`: packs every package that is published, as it is published, into FOLDER, with packed.txt
// (a line for each: tarball, name@version), TARBALL.md (what is new in it) and sbom.cdx.json, the list of all that they
// bring when npm installs them.

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** The folders of the published packages. */
export const publishedFolders = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(join(root, kind))
    .map((name) => join(root, kind, name))
    .filter((folder) => existsSync(join(folder, 'package.json')) && !manifestOf(folder).private),
);

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Packs all packages into an empty folder. @returns {Promise<{ name: string, version: string, tarball: string, from: string }[]>} */
export async function packAll(folder) {
  const pnpm = await findPnpm();
  // In one process: a process for each takes ten times as long.
  const chosen = publishedFolders.flatMap((from) => ['--filter', `./${relative(root, from).replaceAll('\\', '/')}`]);
  const words = ['--recursive', ...chosen, 'pack', '--pack-destination', folder];
  await run(process.execPath, [pnpm.program, ...words], { cwd: root });
  const packed = publishedFolders.map((from) => {
    const { name, version } = manifestOf(from);
    const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return { name, version, tarball: join(folder, tarball), from };
  });
  const missing = packed.find(({ tarball }) => !existsSync(tarball));
  if (missing) throw new Error(`pack: pnpm has not made ${missing.tarball}`);
  return packed;
}

/** What a changelog says about its newest version. */
export const newsOf = (changelog) => /^## .*\n+([^]*?)(?=^## |$(?![^]))/m.exec(changelog)?.[1].trim() ?? '';

/**
 * The files of a tarball that do not belong into one: source maps, sources, tests, settings of tools. The templates of
 * create-hrm are projects, and have all of these.
 */
export function unwantedFiles(files) {
  const own = files.filter((file) => !file.startsWith('templates/'));
  return own.filter((file) => /\.map$|^(src|test)\/|\.test\.|testdata|tsconfig|^\.|node_modules/.test(file));
}

/**
 * Lists everything installed in a folder as a software bill of materials (CycloneDX), without development
 * dependencies.
 */
export async function billOfMaterials(folder) {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'];
  const { stdout } = await run('npm', words, { cwd: folder, shell: process.platform === 'win32', maxBuffer: 1 << 26 });
  return stdout;
}

async function main(folder) {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`pack: ${folder} is not empty`);
  mkdirSync(folder, { recursive: true });
  const packed = await packAll(folder);
  const user = mkdtempSync(join(tmpdir(), 'hrm-pack-'));
  try {
    writeFileSync(
      join(user, 'package.json'),
      JSON.stringify({ name: 'hrm-packages', version: '0.0.0', private: true }),
    );
    const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packed.map(({ tarball }) => tarball)];
    await run('npm', words, { cwd: user, shell: process.platform === 'win32' });
    writeFileSync(join(folder, 'sbom.cdx.json'), await billOfMaterials(user));
  } finally {
    rmSync(user, { recursive: true, force: true });
  }
  for (const { tarball, from } of packed) {
    const changelog = join(from, 'CHANGELOG.md');
    writeFileSync(`${tarball}.md`, existsSync(changelog) ? newsOf(readFileSync(changelog, 'utf8')) : '');
  }
  const lines = packed.map(({ name, version, tarball }) => `${tarball.slice(folder.length + 1)} ${name}@${version}\n`);
  writeFileSync(join(folder, 'packed.txt'), lines.join(''));
  process.stdout.write(lines.join(''));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error('Pack into which folder? node scripts/pack.mjs FOLDER');
    process.exitCode = 2;
  } else await main(resolve(folder));
}
