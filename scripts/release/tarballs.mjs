import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unwantedFiles } from '../pack.mjs';
import { root } from './copy.mjs';
import { run } from './processes.mjs';

/** What carries work of others, or weights, says so in a NOTICE. */
const withNotice = ['@hrm/cli', '@hrm/runtime', '@hrm/weights'];

/** Files with the licences of code by others that pages contain, and some of the packages in them. */
const licences = {
  '@hrm/cli': {
    'dist/playground/THIRD-PARTY-NOTICES.md': ['@tensorflow/tfjs-core', 'comlink', 'preact', 'seedrandom', 'uplot'],
    'dist/run-page.html': ['preact', 'uplot'],
  },
};

/** Takes what was published, as the registry gives it, and says what is wrong with it. */
export async function faultsOfTarball({ name, version }, { env, folder }) {
  mkdirSync(folder, { recursive: true });
  await run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder], { cwd: folder, env });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  await run('tar', ['-xzf', tarball], { cwd: folder });
  return faultsOfPackage(join(folder, 'package'));
}

/** What is wrong with the files of a package, as they are published. */
export function faultsOfPackage(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile()).map((path) => path.replaceAll('\\', '/'));
  const textOf = (file) => readFileSync(join(folder, file), 'latin1');
  const manifest = JSON.parse(textOf('package.json'));
  return [
    ...unwantedFiles(files).map((file) => `${file} is in it`),
    ...['LICENSE', 'README.md', 'CHANGELOG.md']
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is missing`),
    ...faultsOfNotices(manifest.name, files, textOf),
    ...files.flatMap((file) => faultsOfPaths(file, textOf(file))),
    ...faultsOfBundles(files, textOf),
    ...faultsOfRanges(manifest),
  ];
}

function faultsOfNotices(name, files, textOf) {
  const noticed = !withNotice.includes(name) || files.some((file) => /(^|\/)NOTICE(\.md)?$/.test(file));
  const faults = noticed ? [] : ['NOTICE is missing'];
  for (const [file, bundled] of Object.entries(licences[name] ?? {})) {
    const text = files.includes(file) ? textOf(file) : '';
    const unnamed = bundled.filter((other) => !text.includes(`\n## ${other} `));
    faults.push(...unnamed.map((other) => `${file} does not have the licence of ${other}`));
  }
  return faults;
}

function faultsOfPaths(file, text) {
  const ours = [root.replace(/[\\/]$/, ''), homedir()].filter((path) => path.length > 1);
  const path =
    ours.find((path) => text.includes(`${path}/`)) ?? /(?:file:\/\/|['"])\/(?:home|Users|root)\/\w+/.exec(text)?.[0];
  return path ? [`${file} names a path of this machine: ${path}`] : [];
}

/** Packages by others in the scripts whose licence is not with them. tsup names the file of each module that it bundles. */
function faultsOfBundles(files, textOf) {
  const named = files
    .filter((file) => file.endsWith('THIRD-PARTY-NOTICES.md'))
    .map(textOf)
    .join('\n');
  const scripts = files.filter((file) => /\.m?js$/.test(file)).map(textOf);
  const bundled = scripts.flatMap((text) =>
    Array.from(text.matchAll(/^\/\/ \S*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S*$/gm), ([, name]) => name),
  );
  const missing = [...new Set(bundled)].filter((name) => !named.includes(`\n## ${name} `));
  return missing.map((name) => `It contains ${name}, whose licence is not in THIRD-PARTY-NOTICES.md`);
}

function faultsOfRanges({ version, dependencies, peerDependencies }) {
  return Object.entries({ ...dependencies, ...peerDependencies }).flatMap(([other, range]) => {
    if (/^(workspace|catalog|file|link):/.test(range)) return [`its range of ${other} is ${range}`];
    if (other.startsWith('@hrm/') && range !== `^${version}`) return [`it asks for ${other} ${range}, not ^${version}`];
    return [];
  });
}

/** What is wrong with a manifest before it is published. */
export function faultsOfManifest({ name, publishConfig, repository, license, engines, peerDependencies = {} }) {
  const faults = [];
  if (publishConfig?.provenance !== true) faults.push(`${name}: publishConfig.provenance is not true`);
  if (publishConfig?.access !== 'public') faults.push(`${name}: publishConfig.access is not public`);
  if (!repository?.url || !repository.directory) faults.push(`${name}: npm needs repository.url and .directory`);
  if (license !== 'Apache-2.0') faults.push(`${name}: its licence is ${license}`);
  if (engines?.node !== '>=20.19') faults.push(`${name}: engines.node is ${engines?.node}`);
  for (const [peer, range] of Object.entries(peerDependencies)) {
    // A peer of one exact version meets no other package's.
    if (/^\d/.test(range)) faults.push(`${name}: the peer ${peer} may have no version but ${range}`);
  }
  return faults;
}
