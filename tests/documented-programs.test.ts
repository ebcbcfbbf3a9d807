import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedTemporaryFolder } from '../packages/files/test/node/temporary-folder';
import { documentedPrograms, programsFolder, root, sharedProcess, typeErrors } from './documented-programs';
import type { DocumentedProgram } from './documented-programs';

const programs = documentedPrograms();

/** Where the programs run, and leave the files that they write. */
const folder = sharedTemporaryFolder();

const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** Runs a program, and returns what it said when it failed. */
function run({ javascript, isTest }: DocumentedProgram): Promise<string | undefined> {
  return isTest
    ? execute([vitest, 'run', '--root', programsFolder, javascript], (stdout, stderr) => stdout + stderr)
    : execute(['--enable-source-maps', '--no-warnings', javascript], (_, stderr) => stderr);
}

/** Runs programs in one process, where TensorFlow.js is loaded once. Returns what those said that failed. */
function runTogether(programs: readonly DocumentedProgram[]): Promise<string | undefined> {
  const files = programs.map(({ javascript }) => javascript);
  return execute(['--enable-source-maps', '--no-warnings', sharedProcess, ...files], (_, stderr) => stderr);
}

function execute(words: string[], said: (stdout: string, stderr: string) => string): Promise<string | undefined> {
  // Nothing is downloaded for an example: pip finds nothing, and the example says what its user would read.
  const env = { ...process.env, PIP_NO_INDEX: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve(error ? `${error.killed ? 'It took more than 60 s.\n' : ''}${said(stdout, stderr)}` : undefined),
    );
  });
}

test('every package has a README with a program, and programs in its doc comments', () => {
  for (const name of readdirSync(join(root, 'packages'))) {
    const files = programs.map(({ file }) => file).filter((file) => file.startsWith(`packages/${name}/`));
    expect(files).toContain(`packages/${name}/README.md`);
    expect(files.filter((file) => file.includes('/src/')).length, name).toBeGreaterThan(0);
  }
});

test('every README says how its programs, which are TypeScript, are run', () => {
  const readmes = new Set(
    programs.map(({ file }) => file).filter((file) => /^packages\/\w[\w-]*\/README\.md$/.test(file)),
  );
  expect(readmes.size).toBe(readdirSync(join(root, 'packages')).length);
  for (const file of readmes) expect(readFileSync(join(root, file), 'utf8'), file).toContain('npx tsx program.mts');
});

test('every package is a dependency of the root, so that a program there can import it', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: { readonly [name: string]: string };
  };
  for (const name of readdirSync(join(root, 'packages'))) expect(devDependencies).toHaveProperty([`@hrm/${name}`]);
});

test('the program of the first README is plain JavaScript: `node program.mjs` runs it in the root of a clone', () => {
  const [program, ...others] = programs.filter(({ file }) => file === 'README.md');
  expect(others).toEqual([]);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('node program.mjs');
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program!.source);
  const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
});

test('no program is left out: every @example of a module has a ts fence', () => {
  for (const file of new Set(programs.map((program) => program.file).filter((name) => name.endsWith('.ts')))) {
    const examples = readFileSync(join(root, file), 'utf8').match(/^\s*\* @example/gm) ?? [];
    expect(programs.filter((program) => program.file === file).length, file).toBeGreaterThanOrEqual(examples.length);
  }
});

test('no program imports an internal entry, which may change in any release', () => {
  const internal = programs.filter(({ source }) => /@hrm\/[\w-]+\/internal'/.test(source));
  expect(internal.map(({ place }) => place)).toEqual([]);
});

test('the programs have no type errors', () => {
  expect(typeErrors(programs)).toEqual([]);
}, 120_000);

// The pages of the site have several short programs each. They share a process, and so must not share a backend.
const onPages = programs.filter(({ file }) => file.startsWith('docs/'));

test('each program of a page chooses a backend, itself or by a module of that page', () => {
  const computing = onPages.filter(({ source }) =>
    /from '(@tensorflow\/|@hrm\/(act|layers|models|trainer)')/.test(source),
  );
  expect(computing.length).toBeGreaterThan(20);
  const without = computing.filter(({ source }) => !/tfjs-backend-|selectBackend\(|from '\.\//.test(source));
  expect(without.map(({ place }) => place)).toEqual([]);
});

/** Whether a program chooses plain JavaScript by itself, or needs no backend. Then the programs before it do not matter. */
const isIndependent = ({ source, isTest }: DocumentedProgram) =>
  !isTest &&
  !/@hrm\/runtime'|tfjs-backend-w/.test(source) &&
  (source.includes('@tensorflow/tfjs-backend-cpu') || !/'(@tensorflow|@hrm\/(?!data|files))/.test(source));

// So those of the doc comments share processes, too: most need less time than it takes to load TensorFlow.js.
const inComments = programs.filter((program) => program.file.includes('/src/') && isIndependent(program));
const groups = new Map<string, DocumentedProgram[]>();
for (const program of [...onPages, ...inComments]) {
  const name = onPages.includes(program) ? program.file : program.file.split('/').slice(0, 4).join('/');
  groups.set(name, [...(groups.get(name) ?? []), program]);
}
for (const [name, group] of groups) {
  test.concurrent(
    `the ${group.length} programs of ${name} run when pasted`,
    { timeout: 90_000 },
    async ({ expect }) => {
      expect(await runTogether(group)).toBeUndefined();
    },
  );
}

for (const program of programs.filter((program) => !onPages.includes(program) && !inComments.includes(program))) {
  test.concurrent(`${program.place} runs when pasted`, { timeout: 90_000 }, async ({ expect }) => {
    expect(await run(program), `${program.place} fails`).toBeUndefined();
  });
}
