import './require-node.mjs';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { attempt, count, notChecked } from './release/attempt.mjs';
import {
  emptyProject,
  loadEntries,
  readReadme,
  runPrograms,
  runSources,
  withPeers,
  writeProjectFile,
} from './release/consumer.mjs';
import { copyRepository, publishedManifests, root, withoutProvenance } from './release/copy.mjs';
import { faultsOfLicences, knownHoles } from './release/dependencies.mjs';
import { managerNames, managerOf, nodeOf } from './release/managers.mjs';
import { run } from './release/processes.mjs';
import { startRegistry } from './release/registry.mjs';
import { faultsOfManifest, faultsOfTarball } from './release/tarballs.mjs';
import { runShell, shellOf } from './release/workflow.mjs';
import { findPnpm } from './pnpm.mjs';

// `pnpm release:rehearse`: publishes a copy of this repository into a registry on this machine, by the lines of
// release.yml, and uses the packages as others will: in empty folders, by several package managers, on several versions
// of Node, on Bun and on Deno. Prints what passed and what failed.

const { values: options } = parseArgs({
  options: {
    managers: { type: 'string', default: managerNames.join() },
    nodes: { type: 'string', default: '20.19,22,24' },
  },
});

const work = realpathSync(mkdtempSync(join(tmpdir(), 'hrm-release-')));
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.exit(128 + constants.signals[signal]));

const pnpm = await findPnpm();
const { url, upstream, env } = await startRegistry(join(work, 'registry'));
const tools = { folder: join(work, 'tools'), url, env, pnpm };
const npmInstall = async (packages, folder) => void (await run('npm', ['install', ...packages], { cwd: folder, env }));

/** Makes and publishes the packages. @returns their manifests, or none if something failed. */
async function publish() {
  const copy = join(work, 'repository');
  const inCopy = { cwd: copy, env: { ...env, PATH: pnpm.path } };
  const packed = { cwd: join(copy, 'packed'), env };
  const ready =
    (await attempt('A copy of this repository, installed', () => copyRepository(copy, pnpm))) &&
    (await attempt('Provenance, access, licence, engines, peer ranges', () =>
      publishedManifests(copy).flatMap(faultsOfManifest),
    )) &&
    (await attempt('changeset version', async () => {
      await run(process.execPath, [join(copy, 'node_modules/@changesets/cli/bin.js'), 'version'], inCopy);
    })) &&
    (await attempt('publint and attw, on each packed package', async () => {
      await run(process.execPath, [join(copy, 'scripts/check-exports.mjs')], inCopy);
    }));
  if (!ready) return [];
  const manifests = publishedManifests(copy);
  manifests.forEach(withoutProvenance);
  const published =
    (await attempt('release.yml packs, and lists what the packages bring', async () => {
      await runShell(shellOf('pack'), inCopy);
      const { components } = JSON.parse(readFileSync(join(packed.cwd, 'sbom.cdx.json'), 'utf8'));
      const lines = readFileSync(join(packed.cwd, 'packed.txt'), 'utf8').trim().split('\n');
      return [
        ...manifests
          .filter(({ name, version }) => !components.some((one) => one.name === name && one.version === version))
          .map(({ name }) => `${name} is not in sbom.cdx.json`),
        ...lines
          .map((line) => `${line.split(' ')[0]}.md`)
          .filter((file) => readFileSync(join(packed.cwd, file), 'utf8').length < 50)
          .map((file) => `${file} does not say what is new`),
      ];
    })) &&
    (await attempt('release.yml asks for provenance, which npm refuses here', () =>
      runShell(shellOf('publish'), packed).then(
        () => ['It was published without provenance'],
        ({ message }) => (/provenance/i.test(message) ? [] : [message]),
      ),
    )) &&
    (await attempt('release.yml publishes, and a second time changes nothing', async () => {
      const shell = shellOf('publish').replace(' --provenance', '');
      await runShell(shell, packed);
      const again = await runShell(shell, packed);
      const found = manifests.map(({ name, version }) =>
        run('npm', ['view', `${name}@${version}`, 'version'], { cwd: work, env }),
      );
      const versions = (await Promise.all(found)).map((text) => text.trim());
      const missing = manifests.filter(({ version }, i) => versions[i] !== version);
      return [
        ...missing.map(({ name, version }) => `${name} ${version} is not in the registry`),
        ...(again.trim() === '' ? [] : [`The second time it printed ${again}`]),
      ];
    }));
  return published ? manifests : [];
}

/** The versions of Node to use, each from npm. */
async function getNodes() {
  const found = [];
  for (const version of options.nodes.split(',').filter((text) => text !== '')) {
    await attempt(`Node ${version}, from npm`, async () => {
      found.push({ version, node: await nodeOf(version, tools) });
    });
  }
  return found.length > 0 ? found : [{ version: process.versions.node, node: process.execPath }];
}

async function checkTarballs(manifests) {
  for (const manifest of manifests) {
    await attempt(`The tarball of ${manifest.name}`, () =>
      faultsOfTarball(manifest, { env, folder: join(work, 'tarballs', manifest.name) }),
    );
  }
}

async function useCommands(manifests, nodes) {
  for (const { name } of manifests.filter(({ bin }) => bin)) {
    await attempt(`The command: npx ${name}, in an empty folder`, async () => {
      const folder = emptyProject(join(work, 'npx', name));
      await run('npx', ['--yes', name, '--help'], { cwd: folder, env });
    });
  }
  for (const template of ['own-task', 'own-controller', 'own-layer', 'own-schedule', 'browser']) {
    await attempt(`npm create hrm: the template ${template}, its tests`, async () => {
      const options = { cwd: emptyProject(join(work, 'created', template)), env };
      await run('npm', ['create', 'hrm@latest', 'project', '--', '--template', template], options);
      const project = { ...options, cwd: join(options.cwd, 'project') };
      await run('npm', ['install'], project);
      await run('npm', ['test'], project);
    });
  }
  const folder = emptyProject(join(work, 'command'));
  const words = { cwd: folder, env };
  await attempt('The command: npx @hrm/cli makes puzzles, trains and solves', async () => {
    const hrm = (...rest) => run('npx', ['--yes', '@hrm/cli', ...rest], words);
    await hrm('data', 'generate', '--task', 'sudoku', '--size', '4', '--givens', '6-8', '--out', 'data');
    const printed = await hrm('train', 'sudoku-4x4-demo', '--data', 'data', '--out', 'run', '--max-steps', '2');
    if (!printed.includes('npx @hrm/cli ')) throw new Error(`It did not name the next command:\n${printed}`);
    await hrm('eval', '--run', 'run', '--json');
  });
  if (!(await attempt('The command, installed', () => npmInstall(['@hrm/cli'], folder)))) return;
  for (const { version, node } of nodes) {
    await attempt(`The command: hrm solve, on Node ${version}`, async () => {
      const printed = await run(
        node,
        ['node_modules/@hrm/cli/bin/hrm.js', 'solve', '1... ..3. .4.. ...2', '--json'],
        words,
      );
      if (!/"solved":\s*1/.test(printed)) throw new Error(`It did not solve the puzzle:\n${printed}`);
    });
  }
}

async function bundle(manifests, nodes) {
  const folder = emptyProject(join(work, 'bundles'));
  const names = manifests.map(({ name }) => name).filter((name) => !/cli|distributed|create/.test(name));
  const installed = await attempt('Vite and esbuild, with the packages for browsers', () =>
    npmInstall(['vite@8', 'esbuild', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', ...names], folder),
  );
  if (!installed) return;
  cpSync(join(root, 'examples/browser-inference'), join(folder, 'page'), { recursive: true });
  const all = names.map((name, i) => `import * as entry${i} from '${name}';`);
  writeProjectFile(folder, 'all.js', [...all, `console.log(${names.map((_, i) => `entry${i}`)});`, ''].join('\n'));
  const words = { entryPoints: ['all.js'], bundle: true, format: 'esm', platform: 'browser', minify: true };
  const script = `require('esbuild').buildSync(${JSON.stringify({ ...words, outfile: 'all.min.js' })})`;
  for (const { version, node } of nodes) {
    const onNode = (...rest) => run(node, rest, { cwd: folder, env });
    await attempt(`Vite bundles the page of examples/browser-inference, on Node ${version}`, async () => {
      await onNode('node_modules/vite/bin/vite.js', 'build', 'page', '--logLevel', 'warn');
    });
    await attempt(`esbuild bundles every package for browsers, on Node ${version}`, async () => {
      await onNode('--input-type=commonjs', '--eval', script);
      return `${Math.round(readFileSync(join(folder, 'all.min.js')).length / 1000)} kB`;
    });
  }
}

async function runReadmes(manifests, nodes) {
  const versions = nodes.map(({ version }) => version).join(', ');
  for (const { name, from } of manifests) {
    const { installed, programs, prose, packages } = readReadme(join(from, 'README.md'));
    if (programs.length === 0) continue;
    await attempt(`The programs in the README of ${name}`, async () => {
      const folder = emptyProject(join(work, 'readmes', name));
      await npmInstall([...installed, ...packages], folder);
      const ran = await runPrograms(programs, folder, nodes);
      const unnamed = packages.filter((other) => !prose.includes(other));
      return unnamed.length > 0
        ? unnamed.map((other) => `It does not say to install ${other}`)
        : `${ran} programs, on Node ${versions}`;
    });
  }
}

async function checkDependencies(manifests) {
  const folder = emptyProject(join(work, 'all'));
  const names = manifests.map(({ name }) => name);
  if (!(await attempt('All packages together', () => npmInstall(names, folder)))) return;
  await attempt('A bill of materials: licences of all dependencies', () => faultsOfLicences(folder));
  await attempt('npm audit: no known hole of level high', async () => {
    const found = await knownHoles(folder, { env, upstream });
    return found === 'unknown' ? notChecked('the registry that npm is set to has no list of known holes') : found;
  });
}

/** Each package alone, by each package manager, on each Node; and a README's programs on Bun and Deno. */
async function useEach(manifests, nodes) {
  for (const name of options.managers.split(',').filter((text) => text !== '')) {
    let manager;
    if (!(await attempt(`${name}, from npm`, async () => void (manager = await managerOf(name, tools))))) continue;
    const add = async (packages, folder) => {
      const [program, ...words] = manager.add;
      await run(program, [...words, ...packages], { cwd: folder, env: manager.env });
    };
    for (const manifest of manifests) {
      const folder = emptyProject(join(work, name, manifest.name), manager.files);
      const title = `${name}: ${manifest.name} alone`;
      const load = (node) => loadEntries(manifest, folder, { ...manager, words: manager.runs(node) });
      const installed = await attempt(`${title}, import and require`, async () => {
        await add(withPeers(manifest), folder);
        return load(process.execPath);
      });
      if (!installed || manager.ownRuntime) continue;
      for (const { version, node } of nodes) await attempt(`${title}, on Node ${version}`, () => load(node));
    }
    const { from } = manifests.find((manifest) => manifest.name === '@hrm/models');
    if (manager.ownRuntime)
      await attempt(`${name}: the programs in the README of @hrm/models`, () => runOn(manager, add, from));
  }
}

async function runOn(manager, add, from) {
  const { installed, programs, packages } = readReadme(join(from, 'README.md'));
  const folder = emptyProject(join(work, manager.name, 'readme'), manager.files);
  await add([...installed, ...packages], folder);
  return `${await runSources(programs, folder, manager.runs(process.execPath), manager.env)} programs, on TensorFlow.js's CPU or WebAssembly`;
}

console.log(`A registry at ${url}, with all that is not ours from the one that npm is set to.\n`);
const manifests = await publish();
if (manifests.length > 0) {
  const nodes = await getNodes();
  await checkTarballs(manifests);
  await useCommands(manifests, nodes);
  await bundle(manifests, nodes);
  await runReadmes(manifests, nodes);
  await checkDependencies(manifests);
  await useEach(manifests, nodes);
}
const unchecked = count.unknown > 0 ? `, ${count.unknown} not checked` : '';
console.log(`\n${count.passed} passed, ${count.failed} failed${unchecked}`);
process.exit(count.failed > 0 ? 1 : 0);
