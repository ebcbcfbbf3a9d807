import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { visitPage } from './visit-page';

const templatesFolder = fileURLToPath(new URL('../apps/create-hrm/templates', import.meta.url));

interface Manifest {
  version: string;
  dependencies: { [name: string]: string };
  devDependencies: { [name: string]: string };
}
const readManifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** What the training script of each template prints last, and the share that it has to reach. */
const learned: { [template: string]: readonly [line: RegExp, atLeast: number] } = {
  'own-task': [/([\d.]+)% of the letters of 200 unseen words are right/, 90],
  'own-controller': [/step 120: .* segments: 0 (\d+)/, 80],
  'own-layer': [/neighbourBlock: ([\d.]+)% of the cells/, 90],
  'own-schedule': [/take-turns: ([\d.]+)% of the cells/, 80],
  browser: [/Of 100 unseen puzzles ([\d.]+)% are solved/, 50],
};

/** What the projects need beside our packages, with versions: what is installed once for all of them. */
export function toolsOfProjects(): { [name: string]: string } {
  const manifests = readdirSync(templatesFolder)
    .filter((template) => template !== 'shared')
    .map((template) => readManifest(join(templatesFolder, template)));
  const all = manifests.flatMap(({ devDependencies }) => Object.entries(devDependencies));
  return Object.fromEntries(all.filter(([name]) => !name.startsWith('@tensorflow/')));
}

/**
 * Tests `npm create hrm` as it was installed: each template is written into a folder below `user`, where the packed
 * packages are. There its types are checked, and its tests and its training script run.
 */
export function testCreatedProjects(user: string): void {
  const run = async (words: readonly string[], cwd = user) => {
    const options = { cwd, shell: process.platform === 'win32', env: { ...process.env, NO_COLOR: '1' } };
    const { stdout } = await promisify(execFile)(words[0]!, words.slice(1), options);
    return stdout;
  };
  const create = async (template: string) => {
    const project = join(user, 'projects', template);
    await run(['npx', 'create-hrm', join('projects', template), '--template', template]);
    return project;
  };

  test('every template is tried', () => {
    expect(Object.keys(learned).sort()).toEqual(readdirSync(templatesFolder).filter((name) => name !== 'shared'));
  });

  test.concurrent.for(Object.entries(learned))(
    'npm create hrm writes the project %s, whose types are right, whose tests pass and whose training learns',
    { timeout: 300_000 },
    async ([template, [line, atLeast]], context) => {
      const { expect } = context;
      const project = await create(template);
      for (const [name, range] of Object.entries(readManifest(project).dependencies)) {
        if (name.startsWith('@hrm/'))
          expect(range, name).toBe(`^${readManifest(join(user, 'node_modules', name)).version}`);
      }
      await run(['npm', 'run', 'typecheck'], project);
      expect(await run(['npm', 'test'], project)).toMatch(/Tests +\d+ passed/);
      const printed = await run(['npm', 'run', 'train'], project);
      expect(Number(line.exec(printed)?.[1]), printed).toBeGreaterThanOrEqual(atLeast);
      if (template === 'own-task') {
        expect(await run(['npm', 'run', 'solve', '--', 'abbcd'], project)).toMatch(/^abbcd -> [a-d]{5}$/m);
      }
    },
  );

  test.for([
    ['the shipped model', 'browser-shipped'],
    ['a model of its own', 'browser'],
  ] as const)(
    'the page that it writes solves puzzles with %s',
    { timeout: 300_000 },
    async ([which, folder], context) => {
      const project = join(user, 'projects', folder);
      if (which === 'the shipped model') await run(['npx', 'create-hrm', join('projects', folder), '-t', 'browser']);
      else expect(existsSync(join(project, 'src/model.safetensors'))).toBe(true);
      await run(['npm', 'run', 'build'], project);
      const look = async (tab: Parameters<Parameters<typeof visitPage>[2]>[0]) => {
        await expect
          .poll(() => tab.textContent('#model'), { timeout: 30_000 })
          .toMatch(which === 'the shipped model' ? /^The shipped model on / : /^Your model on /);
        await tab.click('#solve');
        await expect.poll(() => tab.textContent('#status'), { timeout: 30_000 }).toMatch(/^Segment \d: solved\.$/);
        expect(await tab.locator('#board .predicted').count()).toBeGreaterThan(8);
      };
      await visitPage(context, project, look, { isBuilt: true });
    },
  );
}
