import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './copy.mjs';
import { run } from './processes.mjs';

/** A folder of somebody who uses the packages: empty, but for a package.json. */
export function emptyProject(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'a-user', version: '0.0.0', private: true, type: 'module' }),
  );
  return folder;
}

/** The package and what it leaves to its user to install. */
export function withPeers({ name, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
  return [name, ...peers];
}

/**
 * Imports every entry of an installed package, then requires it, each in a process of its own. Not the kits of tests,
 * which need Vitest.
 */
export async function loadEntries(manifest, folder, node = process.execPath) {
  const entries = Object.keys(manifest.exports)
    .filter((entry) => !/testing|package\.json|\.js$/.test(entry))
    .map((entry) => ({ path: manifest.name + entry.slice(1), rule: manifest.exports[entry] }));
  const names = entries.map(({ path }) => path);
  const check = `if (Object.keys(entry).length === 0) throw new Error(path + ' exports nothing');`;
  await evaluate(
    node,
    folder,
    'mjs',
    `for (const path of ${JSON.stringify(names)}) { const entry = await import(path); ${check} }`,
  );
  // Where a package says that only \`import\` finds an entry, \`require\` has to say so too.
  const refused = entries.filter(({ rule }) => !rule.default).map(({ path }) => path);
  await evaluate(
    node,
    folder,
    'cjs',
    `for (const path of ${JSON.stringify(names)}) {
      let code;
      try { const entry = require(path); ${check} } catch (error) { code = error.code; if (!code) throw error; }
      const expected = ${JSON.stringify(refused)}.includes(path) ? 'ERR_PACKAGE_PATH_NOT_EXPORTED' : undefined;
      if (code !== expected) throw new Error('require of ' + path + ': ' + code + ', expected ' + expected);
    }`,
  );
}

async function evaluate(node, folder, kind, program) {
  const file = join(folder, `entries.${kind}`);
  writeFileSync(file, program);
  await run(node, [file], { cwd: folder });
}

/**
 * The programs of a README, and what its lines `npm install` install. A program whose first line names a file, as
 * `// my-block.ts`, has that name.
 */
export function readReadme(readme) {
  const text = readFileSync(readme, 'utf8');
  const installed = [...text.matchAll(/^npm install ([^#\n]*)/gm)].flatMap(([, words]) => words.trim().split(/\s+/));
  const programs = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, source], index) => ({
    source,
    name: /^\/\/ (\S+)\.ts\n/.exec(source)?.[1] ?? `program-${index + 1}`,
  }));
  const prose = text.replace(/^```ts\n.*?^```/gms, '');
  const imported = programs.flatMap(({ source }) =>
    [...source.matchAll(/from '((?:@[^/']+\/)?[\w-][^/']*)/g)].map(([, name]) => name),
  );
  const packages = [...new Set(imported)].filter((name) => !/^node:|^\.|^vitest$/.test(name));
  return { installed, programs, prose, packages: packages.filter((name) => !installed.includes(name)) };
}

/**
 * Compiles the programs of a README as strictly as TypeScript goes and runs what comes out, one after another. Tests are
 * left out, for they need Vitest. What downloads a native library is compiled only.
 */
export async function runPrograms(programs, folder) {
  const sources = programs.filter(({ name }) => !name.endsWith('.test'));
  for (const { name, source } of sources) writeFileSync(join(folder, `${name}.ts`), `${source}\nexport {};\n`);
  const files = sources.map(({ name }) => `${name}.ts`);
  const compilerOptions = {
    ...{ target: 'es2023', module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')], outDir: 'compiled' },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: folder });
  for (const { name, source } of sources) {
    if (!/\bsetUp(Native|WebGpu)\(/.test(source)) await run(process.execPath, [`compiled/${name}.js`], { cwd: folder });
  }
  return sources.length;
}

/** Writes a file of a project, with the folders that it needs. */
export function writeProjectFile(folder, path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
