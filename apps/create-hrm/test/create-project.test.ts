import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProject, type Surroundings } from '../src/create-project';
import { templates } from '../src/templates';
import { writeProject } from '../src/write-project';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'create-hrm-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program, without a terminal unless `more` has one. */
async function create(words: string[], more: Partial<Surroundings> = {}) {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const status = await createProject(words, { folder, isTerminal: false, print, printError: print, ...more });
  return { status, text: printed.join('\n') };
}

const manifestOf = (path: string) =>
  JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as {
    name: string;
    dependencies: { [name: string]: string };
  };

test.for(templates.map(({ name }) => name))('writes a project of the template %s', async (template) => {
  const { status, text } = await create(['deep/inside/mine', '--template', template]);
  expect(status, text).toBe(0);
  const files = readdirSync(join(folder, 'deep/inside/mine'), { recursive: true, encoding: 'utf8' });
  for (const file of ['.gitignore', 'README.md', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    expect(files).toContain(file);
  }
  expect(files.filter((file) => file.endsWith('.test.ts'))).toHaveLength(1);
  const { name, dependencies } = manifestOf('deep/inside/mine');
  expect(name).toBe('mine');
  expect(Object.keys(dependencies).filter((other) => other.startsWith('@hrm/')).length).toBeGreaterThan(3);
  for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+/);
  expect(readFileSync(join(folder, 'deep/inside/mine/README.md'), 'utf8')).toMatch(/^# mine\n/);
});

test.for([
  [undefined, ['cd mine', 'npm install', 'npm test', 'npm run train']],
  ['npm/10.8.2 node/v20.19.0 linux x64', ['cd mine', 'npm install', 'npm test', 'npm run train']],
  ['pnpm/10.1.0 npm/? node/v22.1.0', ['cd mine', 'pnpm install', 'pnpm test', 'pnpm run train']],
  ['yarn/1.22.22 npm/? node/v22.1.0', ['cd mine', 'yarn install', 'yarn test', 'yarn run train']],
  ['bun/1.2.0', ['cd mine', 'bun install', 'bun run test', 'bun run train']],
] as const)('prints the next commands for %s', async ([userAgent, commands]) => {
  const { text } = await create(['mine', '-t', 'own-layer'], { userAgent });
  const lines = text.split('\n').filter((line) => line.startsWith('  '));
  expect(lines.map((line) => line.trim())).toEqual(commands);
});

test('writes into this folder where it is empty, and into others with spaces in their path', async () => {
  const here = join(folder, 'my puzzles');
  mkdirSync(join(here, '.git'), { recursive: true });
  const { status, text } = await create(['.', '-t', 'browser', '--name', 'puzzles'], { folder: here });
  expect(status, text).toBe(0);
  expect(text).not.toContain('cd ');
  expect(text).toContain('npm run dev');
  expect(manifestOf('my puzzles').name).toBe('puzzles');
  expect((await create(['a b/mine', '-t', 'own-task'])).text).toContain('cd "a b/mine"');
});

test('--yes asks nothing and has defaults', async () => {
  expect((await create(['--yes'])).status).toBe(0);
  expect(existsSync(join(folder, 'hrm-project/src/reversal.ts'))).toBe(true);
  const again = await create(['--yes']);
  expect(again).toMatchObject({
    status: 1,
    text: expect.stringContaining('hrm-project is not empty: it has') as string,
  });
});

test('overwrites nothing', async () => {
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine/README.md'), 'my text');
  const full = await create(['mine', '-t', 'own-task']);
  expect(full).toMatchObject({
    status: 1,
    text: expect.stringMatching(/mine is not empty: it has README\.md\./) as string,
  });
  expect(readdirSync(join(folder, 'mine'))).toEqual(['README.md']);
  for (const path of ['mine/README.md', 'mine/README.md/deeper']) {
    const { status, text } = await create([path, '-t', 'own-task', '--name', 'mine']);
    expect(status).toBe(1);
    expect(text).toContain('is a file, or is below one');
  }
  expect(readFileSync(join(folder, 'mine/README.md'), 'utf8')).toBe('my text');
});

test('writes all files or none', () => {
  const files = new Map([
    ['src/first', 'text'],
    ['src/first/second', 'this cannot be written'],
  ]);
  expect(() => writeProject(join(folder, 'new/mine'), files)).toThrow();
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, 'mine/.git'), { recursive: true });
  expect(() => writeProject(join(folder, 'mine'), files)).toThrow();
  expect(readdirSync(join(folder, 'mine'))).toEqual(['.git']);
});

test.for([
  [['--template', 'own-thing', 'mine'], 'There is no template own-thing. The templates are own-task, '],
  [['--templat', 'own-task', 'mine'], "Unknown option '--templat'. `npm create hrm -- --help` lists the options."],
  [['mine', '--template'], "Option '-t, --template <value>' argument missing"],
  [['one', 'two', '-t', 'own-task'], 'Expected one folder, got 2: one, two.'],
  [['', '-t', 'own-task'], 'The folder is an empty text.'],
  [['My Project', '-t', 'own-task'], 'or give a name, such as --name my-project.'],
  [['node_modules', '-t', 'own-task'], '"node_modules" cannot be the name of a package: node_modules is not a valid'],
  [
    ['http', '-t', 'own-task'],
    'http is a core module name. Choose another folder, or give a name, such as --name http-pro',
  ],
  [['mine', '-t', 'own-task', '--name', '../x'], '"../x" cannot be the name of a package'],
  [[], 'FOLDER and --template are not given, and this is not a terminal'],
  [['mine'], '--template is not given, and this is not a terminal'],
  [['-t', 'own-task'], 'FOLDER is not given, and this is not a terminal'],
] as const)('refuses %j with status 2 and writes nothing', async ([words, message]) => {
  const { status, text } = await create([...words]);
  expect(text).toContain(message);
  expect(text.split('\n')).toHaveLength(1);
  expect(status).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test('prints help and version', async () => {
  const { status, text } = await create(['--help']);
  expect(status).toBe(0);
  for (const { name } of templates) expect(text).toContain(`  ${name} `);
  expect((await create(['-v'])).text).toMatch(/^\d+\.\d+\.\d+/);
});

/** A terminal in which somebody types. Each text is typed once the question that is its key is shown. */
function terminal(answers: { [question: string]: string }) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  const open = new Map(Object.entries(answers));
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (const [question, answer] of open) {
      if (!shown.includes(question)) continue;
      open.delete(question);
      setTimeout(() => input.write(answer));
    }
  });
  return { isTerminal: true, input, output, shown: () => shown };
}

const [enter, down, controlC] = ['\r', '\u001b[B', '\u0003'];

test('asks for what is not given', async () => {
  const streams = terminal({
    'In which folder?': `mine${enter}`,
    'What do you want to make?': `${down}${down}${enter}`,
  });
  const { status, text } = await create([], streams);
  expect(status, text + streams.shown()).toBe(0);
  expect(existsSync(join(folder, 'mine/src/neighbour-block.ts'))).toBe(true);
});

test('takes the suggestion for an answer of spaces', async () => {
  const { status } = await create(['-t', 'own-task'], terminal({ 'In which folder?': `  ${enter}` }));
  expect(status).toBe(0);
  expect(readdirSync(folder)).toEqual(['hrm-project']);
});

test('asks again for a folder that cannot be used', async () => {
  mkdirSync(join(folder, 'full/src'), { recursive: true });
  const streams = terminal({ 'In which folder?': `full${enter}`, 'is not empty': `2${enter}` });
  expect((await create(['-t', 'own-task'], streams)).status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['full', 'full2']);
});

test.for([
  ['the folder', {}],
  ['the template', { 'In which folder?': enter }],
] as const)('Ctrl-C at the question for %s leaves nothing', async ([question, before]) => {
  const stop = question === 'the folder' ? 'In which folder?' : 'What do you want to make?';
  const { status, text } = await create([], terminal({ ...before, [stop]: controlC }));
  expect(status).toBe(130);
  expect(text).toBe('Stopped. Nothing was written.');
  expect(readdirSync(folder)).toEqual([]);
});
