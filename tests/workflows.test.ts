import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  uses?: string;
  run?: string;
  with?: { [name: string]: unknown };
}
interface Job {
  permissions?: { [right: string]: string };
  environment?: string;
  needs?: string;
  steps: Step[];
}
interface Workflow {
  permissions?: { [right: string]: string };
  jobs: { [name: string]: Job };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});

describe.each(workflows)('$file', ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('uses actions by their commit, with the version beside it', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(text.match(/uses: .*@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)).toHaveLength(used.length);
  });

  it('leaves no credentials behind in the checkout', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with?.['persist-credentials']).toBe(false);
    }
  });

  it('gives no rights to write but to a job that asks for them', () => {
    expect(Object.values(workflow.permissions ?? { all: 'write' }).filter((right) => right !== 'read')).toEqual([]);
  });
});

describe('the job that publishes', () => {
  const { jobs } = workflows.find(({ file }) => file === 'release.yml')!.workflow;
  const publishing = Object.entries(jobs).filter(([, { permissions }]) => permissions?.['id-token'] === 'write');

  it('is one, may do nothing else, and comes after the tests', () => {
    expect(publishing.map(([name]) => name)).toEqual(['publish']);
    expect(jobs['publish']!.permissions).toEqual({ 'id-token': 'write' });
    expect(jobs['publish']!.environment).toBe('npm');
    const before = (name: string): string[] =>
      jobs[name]!.needs ? [jobs[name]!.needs, ...before(jobs[name]!.needs)] : [];
    expect(before('publish')).toContain('test');
  });

  it('runs no code of this repository, and no script of a package', () => {
    const { steps } = jobs['publish']!;
    expect(steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))).toEqual([]);
    for (const { run = '' } of steps) expect(run).not.toMatch(/npm (run|install|ci|exec|start|test)|npx|pnpm|node /);
    expect(steps.map(({ run }) => run ?? '').join()).toContain('--ignore-scripts');
  });
});

describe('the job that publishes the site', () => {
  const { jobs } = workflows.find(({ file }) => file === 'site.yml')!.workflow;
  const writing = Object.entries(jobs).filter(([, { permissions }]) => Object.values(permissions!).includes('write'));

  it('is one, comes after the build, and runs no code of this repository', () => {
    expect(writing.map(([name]) => name)).toEqual(['deploy']);
    expect(jobs['deploy']!.needs).toBe('build');
    expect(jobs['deploy']!.steps.map(({ uses }) => uses?.split('@')[0])).toEqual(['actions/deploy-pages']);
  });

  it('publishes what `npm run docs` builds, the check of `npm test`', () => {
    const steps = jobs['build']!.steps;
    expect(steps.map(({ run }) => run)).toContain('npm run docs');
    expect(steps.at(-1)!.with!['path']).toBe('dist/site');
    expect(readFileSync(join(root, 'scripts/test.mjs'), 'utf8')).toContain("script: 'docs'");
  });
});

it('the nightly soak runs programs that exist', () => {
  const { jobs } = workflows.find(({ file }) => file === 'soak.yml')!.workflow as unknown as {
    jobs: { soak: { strategy: { matrix: { program: string[] } } } };
  };
  const names = readdirSync(join(root, 'soak/programs')).map((file) => file.replace(/\.ts$/, ''));
  const chosen = jobs.soak.strategy.matrix.program.map((words) => words.split(' ')[0]);
  expect(chosen.length).toBeGreaterThan(5);
  for (const name of chosen) expect(names).toContain(name);
});

it('updates are proposed by a bot, and SECURITY.md says where to report', () => {
  const bot = parse(readFileSync(join(root, '.github/dependabot.yml'), 'utf8')) as {
    updates: { 'package-ecosystem': string }[];
  };
  expect(bot.updates.map((update) => update['package-ecosystem']).sort()).toEqual(['github-actions', 'npm']);
  expect(existsSync(join(root, 'SECURITY.md'))).toBe(true);
});
