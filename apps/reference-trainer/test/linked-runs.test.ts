import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';
import { useEmptyFolder } from './use-empty-folder';

const folder = useEmptyFolder('linked-runs');
const config = join(folder, 'tiny.json');
const begun = join(folder, 'begun');

/** A copy of a run of five steps, in a folder of its own. */
function copyOfRun(name: string): { outer: string; run: string } {
  const outer = join(folder, name);
  const run = join(outer, 'runs', 'a');
  mkdirSync(outer);
  cpSync(begun, run, { recursive: true });
  return { outer, run };
}

const resume = (run: string) => runInProcess(['train', config, '--out', run, '--resume', '--max-steps', '8']);

beforeAll(async () => {
  writeFileSync(config, JSON.stringify(tinyRun));
  const { status, stderr } = await runInProcess(['train', config, '--out', begun, '--max-steps', '5']);
  expect(status, stderr).toBe(0);
});

it('the folder of a new run is no link to nothing', async () => {
  symlinkSync('nowhere', 'broken');
  const { status, stderr } = await runInProcess(['train', config, '--out', 'broken']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('--out: broken is a link to nothing; remove it')]);
});

describe('a run with links to other files', () => {
  it('data: the target is not replaced', async () => {
    const { outer, run } = copyOfRun('data');
    mkdirSync(join(outer, 'test'));
    writeFileSync(join(outer, 'test', 'thesis.txt'), 'mine');
    rmSync(join(run, 'data'), { recursive: true });
    symlinkSync('../..', join(run, 'data'));
    const { status, stderr } = await resume(run);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain('data is a link; remove it, or give --data');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(outer).sort()).toEqual(['runs', 'test']);
    expect(readFileSync(join(outer, 'test', 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it.each(['symbolic', 'hard'])('metrics.jsonl, a %s link: the target is not written', async (kind) => {
    const { outer, run } = copyOfRun(`metrics-${kind}`);
    const target = join(outer, 'thesis.jsonl');
    cpSync(join(run, 'metrics.jsonl'), target);
    writeFileSync(target, 'mine\n', { flag: 'a' });
    const before = readFileSync(target, 'utf8');
    rmSync(join(run, 'metrics.jsonl'));
    (kind === 'hard' ? linkSync : symlinkSync)(target, join(run, 'metrics.jsonl'));
    const { status, stderr } = await resume(run);
    expect(status, stderr).toBe(0);
    expect(readFileSync(target, 'utf8')).toBe(before);
    expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toContain('"step":8');
  });

  it.each(['checkpoints', 'run.lock', 'config.json'])('%s: nothing is changed in the target', async (name) => {
    const { outer, run } = copyOfRun(`link-${name}`);
    const target = join(outer, 'treasure');
    if (name === 'run.lock') mkdirSync(target);
    else renameSync(join(run, name), target);
    symlinkSync(target, join(run, name));
    const before = name === 'config.json' ? [] : readdirSync(target);
    const { status, stdout, stderr } = await resume(run);
    expect(status, stdout).toBe(1);
    expect(stderr).toMatch(new RegExp(`${name}(: it)? is (a symbolic link|not a folder|a link)`));
    if (name !== 'config.json') expect(readdirSync(target)).toEqual(before);
    else expect(readFileSync(target, 'utf8')).toBe(readFileSync(join(begun, 'config.json'), 'utf8'));
  });
});

describe('a run is resumed', () => {
  it.each<[string, (log: string) => void, string]>([
    ['cut', (log) => truncateSync(log, 100), 'the log is 100 bytes long'],
    ['lost', (log) => rmSync(log), 'is missing'],
    ['of other lines', (log) => writeFileSync(log, 'x'.repeat(10_000)), 'no line ends'],
  ])('with a metrics.jsonl that is %s', async (name, damage, message) => {
    const { run } = copyOfRun(`log-${name.replaceAll(' ', '-')}`);
    damage(join(run, 'metrics.jsonl'));
    const { status, stdout, stderr } = await resume(run);
    expect(status, stderr).toBe(0);
    expect(stdout + stderr).toMatch(new RegExp(`Warning: .*${message}`));
    const steps = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(steps[0]!)).toMatchObject({ step: 6 });
    expect(readdirSync(run).includes('metrics.jsonl.damaged-1')).toBe(name !== 'lost');
  });

  it('with a .DS_Store in each of its folders', async () => {
    const { run } = copyOfRun('ds-store');
    const checkpoints = join(run, 'checkpoints');
    for (const place of [
      run,
      join(run, 'data'),
      checkpoints,
      ...readdirSync(checkpoints).map((name) => join(checkpoints, name)),
    ])
      // prettier-ignore
      writeFileSync(join(place, '.DS_Store'), '');
    const { status, stdout, stderr } = await resume(run);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('Resuming at step 5.');
  });
});
