import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './copy.mjs';
import { run } from './processes.mjs';

/** A folder of somebody who uses the packages: empty, but for a package.json. */
export function emptyProject(folder, files = {}) {
  const manifest = { name: 'a-user', version: '0.0.0', private: true, type: 'module' };
  const all = { ...files, 'package.json': JSON.stringify(manifest) };
  for (const [file, text] of Object.entries(all)) writeProjectFile(folder, file, text);
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
 *
 * @param options.words what runs a file: a program, and words before the name of the file.
 * @param options.noRequire why `require` is left out.
 */
export async function loadEntries(manifest, folder, { words = [process.execPath], env, noRequire } = {}) {
  const evaluate = (kind, program) => {
    writeProjectFile(folder, `entries.${kind}`, program);
    return run(words[0], [...words.slice(1), `entries.${kind}`], { cwd: folder, env });
  };
  const entries = Object.keys(manifest.exports ?? {})
    .filter((entry) => !/testing|package\.json|\.js$/.test(entry))
    .map((entry) => ({ path: manifest.name + entry.slice(1), rule: manifest.exports[entry] }));
  const names = entries.map(({ path }) => path);
  const check = `if (Object.keys(entry).length === 0) throw new Error(path + ' exports nothing');`;
  await evaluate('mjs', `for (const path of ${JSON.stringify(names)}) { const entry = await import(path); ${check} }`);
  if (noRequire) return `import only: ${noRequire}`;
  // Where a package says that only \`import\` finds an entry, \`require\` has to say so too.
  const refused = entries.filter(({ rule }) => !rule.default).map(({ path }) => path);
  await evaluate(
    'cjs',
    `for (const path of ${JSON.stringify(names)}) {
      let code;
      try { const entry = require(path); ${check} } catch (error) { code = error.code; if (!code) throw error; }
      // Bun has the other code.
      const expected = ${JSON.stringify(refused)}.includes(path)
        ? ['ERR_PACKAGE_PATH_NOT_EXPORTED', 'MODULE_NOT_FOUND']
        : [undefined];
      if (!expected.includes(code)) throw new Error('require of ' + path + ': ' + code + ', expected ' + expected);
    }`,
  );
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

/** The programs that can run here: tests need Vitest, and a native library is too large to download for each. */
const canRun = ({ name, source }) => !name.endsWith('.test') && !/\bsetUp(Native|WebGpu)\(/.test(source);

/** Runs the programs of a README as they are, by a runtime that knows TypeScript. @returns how many. */
export async function runSources(programs, folder, words, env) {
  const sources = programs.filter(canRun);
  for (const { name, source } of sources) {
    writeProjectFile(folder, `${name}.ts`, `${source}\nexport {};\n`);
    await run(words[0], [...words.slice(1), `${name}.ts`], { cwd: folder, env });
  }
  return sources.length;
}

/**
 * Compiles the programs of a README as strictly as TypeScript goes, and runs what comes out on each Node, one after
 * another. Tests are not compiled.
 */
export async function runPrograms(programs, folder, nodes) {
  const sources = programs.filter(({ name }) => !name.endsWith('.test'));
  for (const { name, source } of sources) writeProjectFile(folder, `${name}.ts`, `${source}\nexport {};\n`);
  const files = sources.map(({ name }) => `${name}.ts`);
  const compilerOptions = {
    ...{ target: 'es2023', module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')], outDir: 'compiled' },
  };
  writeProjectFile(folder, 'tsconfig.json', JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: folder });
  for (const { node } of nodes) {
    for (const { name } of sources.filter(canRun)) await run(node, [`compiled/${name}.js`], { cwd: folder });
  }
  return sources.length;
}

/** Writes a file of a project, with the folders that it needs. */
export function writeProjectFile(folder, path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
