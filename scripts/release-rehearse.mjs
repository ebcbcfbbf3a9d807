import './require-node.mjs';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  emptyProject,
  loadEntries,
  readReadme,
  runPrograms,
  withPeers,
  writeProjectFile,
} from './release/consumer.mjs';
import { copyRepository, publishedManifests, root, withoutProvenance } from './release/copy.mjs';
import { faultsOfLicences, knownHoles } from './release/dependencies.mjs';
import { run } from './release/processes.mjs';
import { startRegistry } from './release/registry.mjs';
import { faultsOfManifest, faultsOfTarball } from './release/tarballs.mjs';
import { findPnpm } from './pnpm.mjs';

// `pnpm release:rehearse`: publishes a copy of this repository into a registry on this machine, and uses the packages as
// others will: in empty folders, by npm, pnpm and Yarn, on several versions of Node. Prints what passed and what failed.

const { values: options } = parseArgs({
  options: {
    managers: { type: 'string', default: 'npm,pnpm,yarn' },
    nodes: { type: 'string', default: '20.19,22,24' },
  },
});
const managers = options.managers.split(',');
const nodes = options.nodes.split(',').filter((version) => version !== '');

const work = realpathSync(mkdtempSync(join(tmpdir(), 'hrm-release-')));
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.exit(128 + constants.signals[signal]));

const count = { passed: 0, failed: 0, unknown: 0 };

/** What a try returns that could not be made here. It neither passed nor failed. */
const unknown = 'not checked: the registry that npm is set to has no list of known holes';

/** Tries one thing, and prints a row about it. Faults are an error, or the texts that it returns. */
async function attempt(title, work) {
  const start = performance.now();
  let faults;
  let result;
  try {
    result = await work();
    faults = Array.isArray(result) ? result : [];
  } catch (error) {
    faults = [error.message];
  }
  const state = faults.length > 0 ? 'failed' : result === unknown ? 'unknown' : 'passed';
  count[state] += 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const note = typeof result === 'string' ? `  ${result}` : '';
  console.log(
    `${(state === 'failed' ? 'FAILED' : state).padEnd(8)}${title.padEnd(64)} ${seconds.padStart(6)} s${note}`,
  );
  for (const fault of faults) console.log(fault.replace(/^/gm, '        '));
  return faults.length === 0;
}

const pnpm = await findPnpm();
const copy = join(work, 'repository');
const { url, upstream, env } = await startRegistry(join(work, 'registry'));
const pnpmEnv = { ...env, PATH: pnpm.path };
const inCopy = { cwd: copy, env: pnpmEnv };
const changeset = (word) => run(process.execPath, [join(copy, 'node_modules/@changesets/cli/bin.js'), word], inCopy);

async function publish() {
  const ready =
    (await attempt('A copy of this repository, installed', () => copyRepository(copy, pnpm))) &&
    (await attempt('Provenance, access, licence, engines, peer ranges', () =>
      publishedManifests(copy).flatMap(faultsOfManifest),
    )) &&
    (await attempt('changeset version', async () => void (await changeset('version')))) &&
    (await attempt('publint and attw, on each packed package', async () => {
      await run(process.execPath, [join(copy, 'scripts/check-exports.mjs')], inCopy);
    }));
  if (!ready) return [];
  const manifests = publishedManifests(copy);
  manifests.forEach(withoutProvenance);
  const published = await attempt('changeset publish', async () => {
    await changeset('publish');
    const found = manifests.map(({ name, version }) =>
      run('npm', ['view', `${name}@${version}`, 'version'], { cwd: work, env }),
    );
    const versions = (await Promise.all(found)).map((version) => version.trim());
    return manifests.flatMap(({ name, version }, i) =>
      versions[i] === version ? [] : [`${name} ${version} is not in the registry`],
    );
  });
  return published ? manifests : [];
}

/** The words with which a package manager adds packages to a project. */
async function commandOf(manager) {
  if (manager === 'npm') return ['npm', 'install'];
  if (manager === 'pnpm') return [process.execPath, pnpm.program, 'add', '--store-dir', join(work, 'pnpm-store')];
  if (manager !== 'yarn') throw new Error(`There is no package manager ${manager} here: npm, pnpm, yarn`);
  const tools = emptyProject(join(work, 'tools/yarn'));
  await run('npm', ['install', 'yarn@1.22.22'], { cwd: tools, env });
  return [process.execPath, join(tools, 'node_modules/yarn/bin/yarn.js'), 'add', '--non-interactive'];
}

async function install(command, packages, folder) {
  const [program, ...words] = command;
  await run(program, [...words, ...packages], { cwd: folder, env });
}

async function nodeOf(version) {
  const tools = emptyProject(join(work, 'tools', `node-${version}`));
  await run('npm', ['install', `node@${version}`], { cwd: tools, env });
  return join(tools, 'node_modules/node/bin/node');
}

async function useEach(manifests) {
  const programs = [];
  for (const version of nodes) {
    await attempt(
      `Node ${version}, from npm`,
      async () => void programs.push({ version, node: await nodeOf(version) }),
    );
  }
  for (const manager of managers) {
    let command;
    if (!(await attempt(`${manager} is here`, async () => void (command = await commandOf(manager))))) continue;
    for (const manifest of manifests) {
      const folder = emptyProject(join(work, manager, manifest.name));
      const title = `${manager}: ${manifest.name} alone`;
      const installed = await attempt(`${title}, import and require`, async () => {
        await install(command, withPeers(manifest), folder);
        await loadEntries(manifest, folder);
      });
      if (!installed) continue;
      for (const { version, node } of programs) {
        await attempt(`${title}, on Node ${version}`, () => loadEntries(manifest, folder, node));
      }
    }
  }
}

async function runReadmes(manifests) {
  for (const { name, from } of manifests) {
    const { installed, programs, prose, packages } = readReadme(join(from, 'README.md'));
    if (programs.length === 0) continue;
    await attempt(`The programs in the README of ${name}`, async () => {
      const folder = emptyProject(join(work, 'readmes', name));
      await install(['npm', 'install'], [...installed, ...packages], folder);
      const ran = await runPrograms(programs, folder);
      const unnamed = packages.filter((other) => !prose.includes(other));
      return unnamed.length > 0 ? unnamed.map((other) => `It does not say to install ${other}`) : `${ran} programs`;
    });
  }
}

async function useCommand() {
  const folder = emptyProject(join(work, 'command'));
  await attempt('The command: npx hrm solve, in an empty folder', async () => {
    await install(['npm', 'install'], ['@hrm/cli'], folder);
    const puzzle = '1... ..3. .4.. ...2';
    const printed = await run('npx', ['hrm', 'solve', puzzle], { cwd: folder, env });
    if (!/\d/.test(printed)) throw new Error(`It printed no answer:\n${printed}`);
    await run(
      'npx',
      ['hrm', 'data', 'generate', '--task', 'sudoku', '--size', '4', '--givens', '6-8', '--out', 'data'],
      {
        cwd: folder,
        env,
      },
    );
  });
}

async function bundle(manifests) {
  const folder = emptyProject(join(work, 'bundles'));
  const forBrowsers = manifests.filter(({ name }) => !/cli|distributed/.test(name));
  const names = forBrowsers.map(({ name }) => name);
  await attempt('Vite and esbuild, with the packages for browsers', () =>
    install(
      ['npm', 'install'],
      ['vite@8', 'esbuild', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', ...names],
      folder,
    ),
  );
  await attempt('Vite bundles the page of examples/browser-inference', async () => {
    cpSync(join(root, 'examples/browser-inference'), join(folder, 'page'), { recursive: true });
    await run('npx', ['vite', 'build', 'page', '--logLevel', 'warn'], { cwd: folder, env });
  });
  await attempt('esbuild bundles every package for browsers', async () => {
    const all = names.map((name, i) => `import * as entry${i} from '${name}';`);
    writeProjectFile(folder, 'all.js', [...all, `console.log(${names.map((_, i) => `entry${i}`)});`, ''].join('\n'));
    const words = ['--bundle', '--format=esm', '--platform=browser', '--minify', '--outfile=all.min.js'];
    await run('npx', ['esbuild', 'all.js', ...words, '--log-level=warning'], { cwd: folder, env });
    return `${Math.round(readFileSync(join(folder, 'all.min.js')).length / 1000)} kB`;
  });
}

async function checkTarballs(manifests) {
  for (const manifest of manifests) {
    await attempt(`The tarball of ${manifest.name}`, () =>
      faultsOfTarball(manifest, { env, folder: join(work, 'tarballs', manifest.name) }),
    );
  }
}

async function checkDependencies(manifests) {
  const folder = emptyProject(join(work, 'all'));
  const names = manifests.map(({ name }) => name);
  if (!(await attempt('All packages together', () => install(['npm', 'install'], names, folder)))) return;
  await attempt('A bill of materials: licences of all dependencies', () => faultsOfLicences(folder));
  await attempt('npm audit: no known hole of level high', async () => {
    const found = await knownHoles(folder, { env, upstream });
    return found === 'unknown' ? unknown : found;
  });
}

console.log(`A registry at ${url}, with all that is not ours from the one that npm is set to.\n`);
const manifests = await publish();
if (manifests.length > 0) {
  await checkTarballs(manifests);
  await useCommand();
  await bundle(manifests);
  await runReadmes(manifests);
  await checkDependencies(manifests);
  await useEach(manifests);
}
const unchecked = count.unknown > 0 ? `, ${count.unknown} not checked` : '';
console.log(`\n${count.passed} passed, ${count.failed} failed${unchecked}`);
process.exit(count.failed > 0 ? 1 : 0);
