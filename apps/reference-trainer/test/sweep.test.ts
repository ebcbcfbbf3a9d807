import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunLock } from '@hrm/trainer/checkpoint';
import type { Report } from '@hrm/ui/run-record';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunConfig } from '../src/config/run-config';
import { readSweepResults } from '../src/sweep/sweep-results';
import { sweepCsv } from '../src/sweep/sweep-table';
import { filesOf, tensorsOf, writeQuickConfig } from './quick-run';
import { hrm, shell, startHrm } from './run-hrm';
import { runInProcess } from './run-in-process';
import { newestStep } from './signalled-run';

// Several starts of the command, each of a second or more.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'hrm-sweep-'));
const config = join(folder, 'quick.json');
beforeAll(() => void writeQuickConfig(config));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeSweep(name: string, sweep: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(sweep));
  return path;
}

interface Results {
  rows: { name: string; runs: number; done: number; failed: number; figures: Record<string, object> }[];
  jobs: { name: string; status: string; error?: string; command: string; exactAccuracy?: number; loss?: number }[];
}
const resultsOf = (out: string) => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;

describe('a finished sweep', () => {
  const out = join(folder, 'results/finished');
  // The second learning rate is too large: these runs fail.
  const sweep = {
    config: 'quick.json',
    grid: { 'training.learningRate': [1e-3, 1e30] },
    seeds: [0, 1],
    metric: 'loss',
  };
  const path = writeSweep('finished.json', sweep);
  let first: ReturnType<typeof hrm>;
  beforeAll(() => (first = hrm(['sweep', path, '--out', out, '--jobs', '2'])));

  it('trains all runs, also after one has failed, and ends with status 1 and the error', () => {
    expect(first.status).toBe(1);
    expect(first.stderr).not.toContain('hrm:');
    const { rows, jobs } = resultsOf(out);
    expect(jobs.map(({ name, status }) => [name, status])).toEqual([
      ['learningRate=0.001,seed=0', 'done'],
      ['learningRate=1e+30,seed=0', 'failed'],
      ['learningRate=0.001,seed=1', 'done'],
      ['learningRate=1e+30,seed=1', 'failed'],
    ]);
    expect(jobs[1]!.error).toMatch(/^Step \d is not finite in /);
    expect(first.stdout).toMatch(/Failed:\n {2}learningRate=1e\+30,seed=0: Step \d is not finite/);
    const [best, worst] = rows;
    expect(best).toMatchObject({ name: 'learningRate=0.001', runs: 2, done: 2, failed: 0 });
    expect(worst).toMatchObject({ name: 'learningRate=1e+30', done: 0, failed: 2, figures: {} });
    // Mean and range over the seeds.
    const losses = [jobs[0]!.loss!, jobs[2]!.loss!];
    expect(losses[0]).not.toBe(losses[1]);
    expect(best!.figures['loss']).toEqual({
      mean: (losses[0]! + losses[1]!) / 2,
      least: Math.min(...losses),
      most: Math.max(...losses),
    });
    expect(first.stdout).toMatch(/^learningRate=0\.001 +\d\.\d{4} \(\d\.\d{4} to \d\.\d{4}\) .* 2 of 2$/m);
  });

  it('writes a report that compares the runs, and a line of CSV for each', () => {
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    const report = JSON.parse(
      /<script id="report" type="application\/json">(.*?)<\/script>/s.exec(page)![1]!,
    ) as Report;
    expect(report.runs.map(({ run }) => run).sort()).toEqual(
      ['learningRate=0.001,seed=0', 'learningRate=0.001,seed=1'].map((name) => join(out, name)),
    );
    const lines = readFileSync(join(out, 'results.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('run,training.learningRate,seed,status,exactAccuracy,haltedExactAccuracy,accuracy,loss,steps,seconds,error,command'); // prettier-ignore
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/^"learningRate=0\.001,seed=0",0\.001,0,done,/);
  });

  it('has the weights that the printed command gives alone', () => {
    const { name, command } = resultsOf(out).jobs[2]!;
    const alone = join(folder, 'alone');
    const pasted = command.replace(/^npx /, '').replace(join(out, name), alone);
    expect(pasted).toContain(alone);
    expect(shell(pasted).status).toBe(0);
    expect(Object.keys(tensorsOf(alone, 4))).toHaveLength(4);
    expect(tensorsOf(alone, 4)).toEqual(tensorsOf(join(out, name), 4));
  });

  it('has the best settings first: those with the least loss, or with the most accuracy', async () => {
    const { seeds } = sweep;
    const jobs = seeds.map((seed) => {
      const name = `learningRate=0.001,seed=${seed}`;
      return { name, group: name, settings: {}, seed, config: {} as RunConfig, words: [] };
    });
    const meansBy = async (metric: 'loss' | 'accuracy') =>
      (await readSweepResults(out, jobs, metric)).rows.map(({ figures }) => figures[metric]!.mean);
    const [losses, accuracies] = [await meansBy('loss'), await meansBy('accuracy')];
    expect(losses[0]).toBeLessThan(losses[1]!);
    expect(accuracies[0]).toBeGreaterThan(accuracies[1]!);
  });

  it('trains only what has failed or come since, and refuses other changes', async () => {
    const trained = join(out, 'learningRate=0.001,seed=0');
    const before = filesOf(trained);
    const seeds = [0, 1, 2];
    const more = writeSweep('more.json', { ...sweep, seeds });
    const { status, stdout } = hrm(['sweep', more, '--out', out]);
    expect(status).toBe(1);
    expect(stdout).toContain('2 of them are done already');
    expect(stdout).toMatch(/^\d\/6 learningRate=0\.001,seed=2: done$/m);
    expect(stdout).not.toMatch(/^\d\/6 learningRate=0\.001,seed=0: /m);
    expect(resultsOf(out).rows[0]).toMatchObject({ runs: 3, done: 3 });
    expect(filesOf(trained)).toEqual(before);

    const kept = filesOf(out);
    const refusals: [object, string[], string][] = [
      [{ ...sweep, seeds, set: { 'training.steps': 6 } }, [], 'training.steps (was 4, now 6)'],
      [{ ...sweep, seeds: [0] }, [], 'has the run learningRate=0.001,seed=1, which the sweep no longer has'],
      [{ ...sweep, seeds }, ['--backend', 'cpu'], '--backend: the sweep in'],
    ];
    for (const [changed, words, message] of refusals) {
      const refused = await runInProcess(['sweep', writeSweep('changed.json', changed), '--out', out, ...words]);
      expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(filesOf(out)).toEqual(kept);

    // A run that somebody removed is open again.
    rmSync(trained, { recursive: true });
    const listed = await runInProcess(['sweep', more, '--out', out, '--dry-run']);
    expect(listed.stdout.match(/^learningRate=0\.001,.*/gm)).toEqual(seeds.map((seed) => `learningRate=0.001,seed=${seed}${seed === 0 ? '' : ' (done)'}`)); // prettier-ignore
  });
});

describe('an interrupted sweep', () => {
  const out = join(folder, 'interrupted');
  const training = { 'training.steps': 400, 'training.evaluateEvery': 400, 'training.checkpointEvery': 400 };
  const path = writeSweep('interrupted.json', { config: 'quick.json', set: training, seeds: [0, 1, 2] });
  const runs = [0, 1, 2].map((seed) => join(out, `seed=${seed}`));
  const lastLogged = (run: string) => {
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    return (JSON.parse(lines.at(-1)!) as { step: number }).step;
  };
  const isTraining = (run: string) =>
    existsSync(join(run, 'metrics.jsonl')) && statSync(join(run, 'metrics.jsonl')).size > 0;
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it.skipIf(process.platform === 'win32')(
    'saves its runs after a signal, and after a kill, and goes on exactly',
    async () => {
      const begun = startHrm(['sweep', path, '--out', out, '--jobs', '2']);
      const ended = once(begun, 'exit');
      await until(() => runs.filter(isTraining).length === 2);
      begun.kill('SIGTERM');
      expect(await ended).toEqual([143, null]);
      const saved = runs.slice(0, 2).map(newestStep);
      expect(saved).toEqual(runs.slice(0, 2).map(lastLogged));
      expect(resultsOf(out).jobs.map(({ status }) => status)).toEqual(['open', 'open', 'open']);

      const killed = startHrm(['sweep', '--resume', '--out', out, '--jobs', '2']);
      const killedEnd = once(killed, 'exit');
      await until(() => runs.slice(0, 2).some((run, index) => lastLogged(run) > saved[index]!));
      killed.kill('SIGKILL');
      await killedEnd;
      // Nobody tells them, but the channel to the sweep has closed.
      await until(() => runs.every((run) => !existsSync(join(run, 'run.lock'))));
      for (const run of runs.slice(0, 2)) expect(newestStep(run)).toBe(lastLogged(run));

      expect(hrm(['sweep', path, '--out', out, '--jobs', '3']).status).toBe(0);
      const whole = join(folder, 'whole');
      const sets = Object.entries(training).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      expect(hrm(['train', config, '--out', whole, '--seed', '1', ...sets, '--no-report']).status).toBe(0);
      expect(tensorsOf(runs[1]!, 400)).toEqual(tensorsOf(whole, 400));
      expect(readFileSync(join(runs[1]!, 'metrics.jsonl'))).toEqual(readFileSync(join(whole, 'metrics.jsonl')));
    },
  );
});

describe('the file of a sweep', () => {
  it('is checked before anything is written, and each error names the key', async () => {
    const out = join(folder, 'refused');
    const seeds = [0];
    const refusals: [object, string][] = [
      [{ config: 'quick.json' }, 'grid, list and seeds are missing'],
      [{ seeds }, 'config: is missing; expected a text'],
      [{ config: 'quick.json', seed: [0] }, 'seed is not known; did you mean seeds?'],
      [{ config: 'quikc.json', seeds }, 'config: there is no preset or file called "quikc.json"'],
      [{ config: 'quick.json', seeds: [0.5] }, 'seeds.0: expected a whole number'],
      [{ config: 'quick.json', seeds: [1, 1] }, 'seeds: 1 is given twice'],
      [{ config: 'quick.json', grid: { 'training.learningRate': 1 } }, 'grid.training.learningRate: expected a list, got a number'],
      [{ config: 'quick.json', grid: { 'training.learningRate': [] } }, 'grid.training.learningRate: expected at least one value'],
      [{ config: 'quick.json', grid: { 'training.seed': [1] } }, 'grid.training.seed: give "seeds" instead'],
      [{ config: 'quick.json', seeds, set: { a: 1 }, list: [{ a: 2 }] }, 'list.a: it is in "set" too'],
      [{ config: 'quick.json', grid: { 'training.learningRat': [1] } }, 'training.learningRat is not known; did you mean learningRate?'],
      [{ config: 'quick.json', grid: { 'model.hiddenSize': [8, 'wide'] } }, 'hiddenSize=wide: '],
      [{ config: '', seeds }, 'config: expected a preset, or the path of a config file'],
      [{ config: 'quick.json', grid: { 'name=a': [1, 2] } }, 'grid.name=a: is not known; a key has no "="'],
      [{ config: 'quick.json', set: { 'model.block.expansion': 2 }, grid: { 'model.block': [{ type: 'mixer' }] } }, 'grid.model.block: it would replace set.model.block.expansion'],
      [{ config: 'quick.json', grid: Object.fromEntries(Array.from({ length: 12 }, (_, key) => [`a${key}`, Array.from({ length: 10 }, (_, value) => value)])) }, 'it has 1000000000000 runs, more than the 10000'],
      [{ config: 'quick.json', seeds, metric: 'exact' }, 'metric: expected "exactAccuracy" or '],
    ]; // prettier-ignore
    for (const [sweep, message] of refusals) {
      const { status, stderr } = await runInProcess(['sweep', writeSweep('wrong.json', sweep), '--out', out]);
      expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(await runInProcess(['sweep', '--out', out])).toMatchObject({ status: 2, stderr: expect.stringContaining('SWEEP is missing') as string }); // prettier-ignore
    expect(await runInProcess(['sweep', '--resume', '--out', out])).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no sweep in') as string }); // prettier-ignore
    expect(existsSync(out)).toBe(false);
    const taken = await runInProcess([
      'sweep',
      writeSweep('good.json', { config: 'quick.json', seeds }),
      '--out',
      folder,
    ]);
    expect(taken).toMatchObject({ status: 2, stderr: expect.stringContaining('is not empty, and holds no sweep') as string }); // prettier-ignore
  });

  it('is refused while another sweep works in the folder', async () => {
    const out = join(folder, 'busy');
    const lock = await RunLock.acquire(out);
    const path = writeSweep('busy.json', { config: 'quick.json', seeds: [0] });
    const { status, stderr } = await runInProcess(['sweep', path, '--out', out]);
    await lock.release();
    expect([status, stderr]).toEqual([1, expect.stringContaining(`the sweep is in use by process ${process.pid}`)]);
  });

  it('gives runs whose values differ only in case other names: some file systems do not tell them apart', async () => {
    const path = writeSweep('case.json', { config: 'quick.json', grid: { name: ['Wide', 'wide'] } });
    const { stdout } = await runInProcess(['sweep', path, '--out', join(folder, 'case'), '--dry-run']);
    expect(stdout.match(/^name=.*/gm)).toEqual(['name=Wide', 'name=wide-2']);
  });

  it('gives no formula to a spreadsheet', () => {
    const job = { name: 'base', group: 'base', seed: -1, status: 'open', command: 'hrm' } as const;
    const csv = sweepCsv({
      jobs: ['=1+1', '@x', '-x', 'a=b'].map((name) => ({ ...job, settings: { name, rate: -2 } })),
    });
    expect(csv.match(/^base,.*?,-1/gm)).toEqual([
      "base,'=1+1,-2,-1",
      "base,'@x,-2,-1",
      "base,'-x,-2,-1",
      'base,a=b,-2,-1',
    ]);
  });

  it('lists its runs with --dry-run, named by what differs, and writes nothing', async () => {
    const before = readdirSync(folder).sort();
    const path = join(folder, 'finished.json');
    const sweep = {
      config: 'quick.json',
      list: [
        { 'model.block': { type: 'mixer', expansion: 1 } },
        { 'model.block': { type: 'mixer', expansion: 2 } },
        { 'model.block': { type: 'attention', heads: 2 }, 'training.clipNorm': null },
      ],
      grid: { 'training.augment': [true] },
      seeds: [3],
    };
    writeFileSync(path, JSON.stringify(sweep));
    const out = join(folder, 'dry');
    const { status, stdout } = await runInProcess([
      'sweep',
      path,
      '--out',
      out,
      '--dry-run',
      '--json',
      '--threads',
      '2',
    ]);
    expect(status).toBe(0);
    const { runs } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { runs: { name: string; command: string }[] };
    expect(runs.map(({ name }) => name)).toEqual([
      'block=mixer,augment=true,seed=3',
      'block=mixer-2,augment=true,seed=3',
      'block=attention,clipNorm=none,augment=true,seed=3',
    ]);
    expect(runs[1]!.command).toMatch(/hrm train .* --set 'model.block={"type":"mixer","expansion":2}' --set training.augment=true --seed 3 --threads 2$/); // prettier-ignore
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});
