import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unwantedFiles } from '../pack.mjs';
import { root } from './copy.mjs';
import { run } from './processes.mjs';

/** What carries work of others, or weights, says so in a NOTICE. */
const withNotice = ['@hrm/cli', '@hrm/runtime', '@hrm/weights'];

/** Takes what was published, as the registry gives it, and says what is wrong with it. */
export async function faultsOfTarball({ name, version }, { env, folder }) {
  mkdirSync(folder, { recursive: true });
  await run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder], { cwd: folder, env });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  await run('tar', ['-xzf', tarball], { cwd: folder });
  const paths = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, 'package', path)).isFile());
  const faults = unwantedFiles(files).map((file) => `${file} is in it`);
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) {
    if (!files.includes(file)) faults.push(`${file} is missing`);
  }
  if (withNotice.includes(name) && !files.some((file) => /(^|[\\/])NOTICE(\.md)?$/.test(file)))
    faults.push('NOTICE is missing');
  const ours = [root.replace(/[\\/]$/, ''), homedir()].filter((path) => path.length > 1);
  for (const file of files) {
    const text = readFileSync(join(folder, 'package', file), 'latin1');
    const path =
      ours.find((path) => text.includes(`${path}/`)) ?? /(?:file:\/\/|['"])\/(?:home|Users|root)\/\w+/.exec(text)?.[0];
    if (path) faults.push(`${file} names a path of this machine: ${path}`);
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
  const { dependencies, peerDependencies } = manifest;
  for (const [other, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    if (/^(workspace|catalog|file|link):/.test(range)) faults.push(`its range of ${other} is ${range}`);
    if (other.startsWith('@hrm/') && range !== `^${version}`)
      faults.push(`it asks for ${other} ${range}, not ^${version}`);
  }
  return faults;
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
