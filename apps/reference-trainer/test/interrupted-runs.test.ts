import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { backends } from './backends';
import { hrm, startHrm } from './run-hrm';
import { quickRun } from './quick-run';
import { tinyRun } from './tiny-run';
import { newestStep, signalRun } from './signalled-run';

// Many starts of the command, each of a second or more.
vi.setConfig({ testTimeout: 600_000 });

const folder = sharedTemporaryFolder();

/** A run whose steps take a few milliseconds each. */
const config = join(folder, 'quick.json');
beforeAll(() => {
  const training = { ...tinyRun.training, batchSize: 2, steps: 150, evaluateEvery: 60, checkpointEvery: 10 };
  writeFileSync(config, JSON.stringify({ ...tinyRun, model: quickRun.model, training }));
});

/** SHA-256 of the metrics and of every file of tensors of the newest checkpoint. */
function fingerprint(run: string): string[] {
  const newest = join(run, 'checkpoints', `checkpoint-${String(newestStep(run)).padStart(8, '0')}`);
  const tensors = readdirSync(newest).filter((name) => name.endsWith('.safetensors'));
  const paths = [join(run, 'metrics.jsonl'), ...tensors.map((name) => join(newest, name))];
  return paths.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
}

it('12 signals, a third of them repeated: each start saves and exits as shells expect, and the result is that of an undisturbed run', async () => {
  const whole = join(folder, 'whole');
  expect(hrm(['train', config, '--out', whole]).status).toBe(0);
  const expected = fingerprint(whole);
  let run = join(folder, 'signalled-0');
  let [signals, doubles, abrupt] = [0, 0, 0];
  for (let start = 0; signals < 12; start++) {
    const { isDone, isDouble, isAbrupt } = await signalRun(
      () => startHrm(['train', config, '--out', run, '--resume']),
      run,
      start,
    );
    if (isDone) {
      expect(fingerprint(run)).toEqual(expected);
      run = join(folder, `signalled-${start}`);
      continue;
    }
    signals++;
    doubles += Number(isDouble);
    abrupt += Number(isAbrupt);
  }
  expect(hrm(['train', config, '--out', run, '--resume']).status).toBe(0);
  expect(fingerprint(run)).toEqual(expected);
  expect(doubles).toBeGreaterThanOrEqual(4);
  expect(abrupt).toBeGreaterThan(0);
});

describe('several processes on one run', () => {
  const endless = ['--set', 'training.steps=1000000', '--set', 'training.evaluateEvery=1000000'];

  it('one trains, and the others name it; when it is killed, another resumes its run', async () => {
    const run = join(folder, 'contested');
    const first = startHrm(['train', config, '--out', run, ...endless]);
    const ended = once(first, 'exit');
    while (!existsSync(join(run, 'checkpoints', 'checkpoint-00000010'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (first.exitCode !== null) throw new Error('it ended too soon');
    }
    const before = readFileSync(join(run, 'config.json'));
    const second = hrm(['train', config, '--out', run, '--resume', '--set', 'training.learningRate=1']);
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`the run is in use by process ${first.pid} on .*wait for it to end`));
    expect(second.stderr).not.toMatch(/\n\s+at /);
    // The refused process has changed nothing.
    expect(readFileSync(join(run, 'config.json'))).toEqual(before);
    first.kill('SIGKILL');
    await ended;
    const step = newestStep(run);
    const third = hrm(['train', config, '--out', run, '--resume', ...endless, '--max-steps', String(step + 3)]);
    expect(third.status, third.stderr).toBe(0);
    expect(third.stdout).toContain(`Resuming at step ${step}.`);
    expect(existsSync(join(run, 'run.lock'))).toBe(false);
  });

  it('of four that start a new run at once, one begins it undisturbed', async () => {
    const run = join(folder, 'raced');
    const children = [1, 2, 3, 4].map(() => startHrm(['train', config, '--out', run, '--max-steps', '20']));
    const endings = await Promise.all(
      children.map(async (child) => {
        let errors = '';
        child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
        const [status] = (await once(child, 'close')) as [number | null];
        return { status, errors };
      }),
    );
    expect(endings.filter(({ status }) => status === 0)).toHaveLength(1);
    for (const { status, errors } of endings.filter((ending) => ending.status !== 0)) {
      expect([1, 2]).toContain(status);
      expect(errors).toMatch(/the run is in use by process|is not empty; .* by --resume/);
    }
    const whole = join(folder, 'undisturbed');
    expect(hrm(['train', config, '--out', whole, '--max-steps', '20']).status).toBe(0);
    expect(fingerprint(run)).toEqual(fingerprint(whole));
  });
});

it('a start killed before its puzzles were written is resumed', () => {
  const whole = join(folder, 'begun');
  expect(hrm(['train', config, '--out', whole, '--max-steps', '10']).status).toBe(0);
  const run = join(folder, 'half-begun');
  expect(hrm(['train', config, '--out', run, '--max-steps', '10']).status).toBe(0);
  for (const name of ['checkpoints', 'metrics.jsonl', 'data/test']) rmSync(join(run, name), { recursive: true });
  writeFileSync(join(run, '.config.json-0a'), '{');
  const { status, stderr } = hrm(['train', config, '--out', run, '--resume', '--max-steps', '10']);
  expect(status, stderr).toBe(0);
  expect(fingerprint(run)).toEqual(fingerprint(whole));
});

describe.each(backends.filter((backend) => backend !== 'cpu'))('on %s', (backend) => {
  // Without XLA, which compiles for seconds each time; `pnpm soak repeats` covers it, and other seeds.
  it('three processes with seed 0 end bit for bit the same', async () => {
    const prints: string[][] = [];
    // Two at a time: the machine may have only two cores.
    for (const pair of [[0, 1], [2]]) {
      await Promise.all(
        pair.map(async (i) => {
          const run = join(folder, `${backend}-${i}`);
          const args = ['train', config, '--out', run, '--seed', '0', '--max-steps', '4', '--compile', 'graph'];
          const child = startHrm([...args, '--backend', backend]);
          let errors = '';
          child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
          child.stdout!.resume();
          const [status] = (await once(child, 'close')) as [number];
          expect(status, errors).toBe(0);
          prints.push(fingerprint(run));
        }),
      );
    }
    expect(prints).toHaveLength(3);
    for (const print of prints) expect(print).toEqual(prints[0]);
  });
}); // prettier-ignore
