import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint, writeCheckpoint, type JsonValue } from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf, tensorsOf, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('resumed-runs');

const train = (...args: string[]) => runInProcess(['train', ...args]);
const resume = (run: string, ...args: string[]) => train('--resume', '--out', run, ...args);

/** Copies a run that has done two of its four steps. */
function halfRun(name: string): string {
  cpSync('half', name, { recursive: true });
  return name;
}

/** Changes the JSON of the newest checkpoint of a run. */
async function changeState(run: string, change: (state: { [key: string]: JsonValue }) => object): Promise<void> {
  const folder = join(run, 'checkpoints');
  const { step, files, state, metric } = await readCheckpoint(join(folder, 'checkpoint-00000002'));
  const changed = change(state as { [key: string]: JsonValue }) as JsonValue;
  await writeCheckpoint(folder, { step, files, state: changed, ...(metric !== undefined && { metric }) });
}

beforeAll(async () => {
  writeQuickConfig('quick.json');
  for (const [run, steps] of [['whole', '4'], ['half', '2']] as const) {
    const { status, stderr } = await train('quick.json', '--out', run, '--seed', '7', '--set', 'training.learningRate=2e-3', '--max-steps', steps);
    expect(status, stderr).toBe(0);
  }
}); // prettier-ignore

describe('hrm train --resume', () => {
  it('needs only the run, and ends with the same bytes', async () => {
    const run = halfRun('alone');
    const { status, stdout, stderr } = await resume(run);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('Resuming at step 2.');
    expect(stdout).not.toContain('Changed');
    expect(tensorsOf(run, 4)).toEqual(tensorsOf('whole', 4));
    expect((await resume(run)).stdout).toContain('All its 4 steps are done');
  });

  it('says if the run is past --max-steps already', async () => {
    const run = halfRun('past');
    const { status, stdout, stderr } = await resume(run, '--max-steps', '1');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('The run is at step 2 already, so there is nothing to train up to step 1.');
    expect(stdout).not.toContain('Trained to step');
    expect((await resume(run)).stdout).toContain('Trained to step 4 of 4');
  });

  it('ends with the same bytes with muon, clipping, a decay mask and smoothed labels too', async () => {
    const choices = { optimizer: 'muon', clipNorm: 0.5, decays: 'matrices', labelSmoothing: 0.1, momentum: 0.9 };
    writeQuickConfig('muon.json', { training: choices });
    for (const [run, steps] of [['muon-whole', '4'], ['muon-half', '2']] as const) {
      const { status, stderr } = await train('muon.json', '--out', run, '--max-steps', steps);
      expect(status, stderr).toBe(0);
    }
    cpSync('muon-half', 'muon-clipped', { recursive: true });
    const { status, stderr } = await resume('muon-half');
    expect(status, stderr).toBe(0);
    expect(tensorsOf('muon-half', 4)).toEqual(tensorsOf('muon-whole', 4));
    const other = await resume('muon-clipped', '--set', 'training.clipNorm=null', '--set', 'training.momentum=0.8');
    expect(other.status, other.stderr).toBe(0);
    expect(other.stdout).toContain('differs from a run begun with these values: training.clipNorm, training.momentum changed on the way');
  }); // prettier-ignore

  it('ends with the same bytes where the continue value learns one step later, from the segment before the checkpoint', async () => {
    // All slots explore, so some are in the middle of a puzzle at the checkpoint. Without a discount, the first targets
    // are the values themselves, and nothing learns.
    const halting = { type: 'q-learning', maxSegments: 4, exploration: 1, discount: 0.9, learnContinue: 'deferred' };
    writeQuickConfig('deferred.json', { model: { halting } });
    for (const [run, steps] of [['deferred-whole', '4'], ['deferred-half', '2']] as const) {
      const { status, stderr } = await train('deferred.json', '--out', run, '--max-steps', steps);
      expect(status, stderr).toBe(0);
    }
    const { status, stderr } = await resume('deferred-half');
    expect(status, stderr).toBe(0);
    expect(tensorsOf('deferred-half', 4)).toEqual(tensorsOf('deferred-whole', 4));
  }); // prettier-ignore

  it('each of these options changes the result', async () => {
    const trained = async (...choices: string[]) => {
      const run = `chosen-${choices.join('-').replace(/[^a-z]/gi, '')}`;
      const { status, stderr } = await train('quick.json', '--out', run, ...choices.flatMap((choice) => ['--set', `training.${choice}`]));
      expect(status, stderr).toBe(0);
      return JSON.stringify(tensorsOf(run, 4));
    };
    const all = [await trained(), await trained('optimizer=muon'), await trained('optimizer=muon', 'momentum=0.5'), await trained('clipNorm=0.01'), await trained('decays=matrices'), await trained('labelSmoothing=0.1')];
    expect(new Set(all).size).toBe(all.length);
  }); // prettier-ignore

  it.each([
    ['--seed', '1'],
    ['--set', 'training.batchSize=3'],
    ['--set', 'training.optimizer=adam-w'],
    ['--set', 'training.segmentsPerUpdate=2'],
    ['--set', 'model.hiddenSize=16'],
    ['--set', 'model.halting.maxSegments=9'],
    ['--set', 'model.halting.learnContinue="deferred"'],
    ['--set', 'task.size=6'],
    ['--set', 'generate.train=99'],
    ['--set', 'training.emaDecay=null'],
    ['--set', 'training.steps=1'],
    ['--set', 'training.learningRate=-1'],
    ['--data', 'nowhere'],
  ])('refuses %s %s, and leaves the run as it was', async (...args) => {
    const run = halfRun(`refused-${args.join('-').replace(/[^a-z]/gi, '')}`);
    const before = filesOf(run);
    const { status, stderr } = await resume(run, ...args);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(args[0] === '--seed' ? 'training.seed' : args[1]!.replace(/=.*/, ''));
    expect(filesOf(run)).toEqual(before);
  });

  it('does not change config.json if the checkpoint does not fit', async () => {
    const run = halfRun('broken');
    await changeState(run, (state) => ({ ...state, cursor: { ...(state['cursor'] as object), position: 999 } }));
    const before = filesOf(run);
    const { status, stderr } = await resume(
      run,
      '--set',
      'training.learningRate=1',
      '--set',
      'training.tokenLoss=softmax',
    );
    expect(status).toBe(1);
    expect(stderr).toContain('its position in the puzzles does not fit');
    expect(filesOf(run)).toEqual(before);
  });

  it('restores config.json if no checkpoint follows a change', async () => {
    const run = halfRun('overflows');
    const before = filesOf(run);
    const { status, stderr } = await resume(run, '--set', 'training.learningRate=1e39');
    expect(status).toBe(1);
    expect(stderr).toContain('Step 3 is not finite');
    expect(filesOf(run)).toEqual(before);
    expect((await resume(run)).status).toBe(0);
    expect(tensorsOf(run, 4)).toEqual(tensorsOf('whole', 4));
  });

  it('says which keys differ, and whether it stays exact', async () => {
    const same = await resume(halfRun('evaluates'), '--set', 'training.evaluateEvery=3', '--set', 'training.keepCheckpoints=5');
    expect(same.stdout).toContain('Changed: training.evaluateEvery (was 4, now 3), training.keepCheckpoints (was 2, now 5). It continues exactly');
    expect(tensorsOf('evaluates', 4)).toEqual(tensorsOf('whole', 4));
    const parts = await resume(halfRun('parts'), '--set', 'training.microBatch=1');
    expect(parts.stdout).toContain('(was "auto", now 1). It continues like a run begun with these values, within rounding.');
    const other = await resume(halfRun('decays'), '--set', 'training.weightDecay=0.5');
    expect(other.stdout).toContain('It continues, but differs from a run begun with these values: training.weightDecay changed on the way.');
    expect(other.stdout).not.toContain('The learning rate of');
    // The changed value is now the run's.
    expect((await resume('decays', '--set', 'training.steps=5')).stdout).toContain('Changed: training.steps (was 4, now 5). It continues exactly');
    expect(JSON.parse(readFileSync('decays/config.json', 'utf8'))).toMatchObject({ config: { training: { weightDecay: 0.5, steps: 5, seed: 7 } } });
  }); // prettier-ignore

  it('changes the precision, and says that the run then differs', async () => {
    const { stdout } = await resume(halfRun('rounded'), '--precision', 'bfloat16', '--backend', 'wasm');
    expect(stdout).toContain('Changed: model.precision (was "float32", now "bfloat16"). It continues, but differs from');
    // The rest of the run keeps it. WebAssembly computes in float32.
    expect(stdout).toContain('This backend has no bfloat16: the model computes in float32, with the same weights.');
    expect(tensorsOf('rounded', 4)).toEqual(tensorsOf('whole', 4));
    expect((await resume('rounded', '--set', 'training.steps=5')).stdout).not.toContain('Changed: model.precision');
    expect(JSON.parse(readFileSync('rounded/config.json', 'utf8'))).toMatchObject({ config: { model: { precision: 'bfloat16' } } });
  }); // prettier-ignore

  it('reports the new course of a decaying learning rate if the run gets longer', async () => {
    const args = ['--set', 'training.minRatio=0.1'];
    expect((await train('quick.json', '--out', 'cosine', ...args)).status).toBe(0);
    const { stdout } = await resume('cosine', '--set', 'training.steps=8');
    expect(stdout).toContain('differs from a run begun with these values: training.steps changed on the way');
    expect(stdout).toContain('The learning rate of step 5 becomes 0.000378 (it ended at 0.0001), and that of the last step, 8, 0.0001.');
    const lines = readFileSync('cosine/metrics.jsonl', 'utf8').trim().split('\n');
    const steps = lines.map((line) => JSON.parse(line) as { step: number; learningRate?: number });
    expect(steps.find(({ step, learningRate }) => step === 5 && learningRate)!.learningRate).toBeCloseTo(0.000378, 6);
  }); // prettier-ignore

  it('starts a run without a checkpoint again, with the given config', async () => {
    expect((await train('quick.json', '--out', 'failed', '--set', 'training.learningRate=1e39')).status).toBe(1);
    const again = await train('quick.json', '--out', 'failed');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('has no checkpoint yet: start it again by --resume');
    const { status, stdout, stderr } = await train('quick.json', '--out', 'failed', '--resume', '--set', 'training.batchSize=3');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('There is no checkpoint yet: starting at step 0.');
    expect((await resume('nowhere')).stderr).toContain('--resume: there is no run in nowhere; give a CONFIG');
  }); // prettier-ignore

  it('reports other puzzles than before, and accepts the same ones from another folder', async () => {
    const run = halfRun('elsewhere');
    mkdirSync('puzzles');
    renameSync(join(run, 'data'), 'puzzles/same');
    const same = await resume(run, '--data', 'puzzles/same');
    expect(same.status, same.stderr).toBe(0);
    expect(same.stdout).not.toContain('are not those it was trained on');
    expect(tensorsOf(run, 4)).toEqual(tensorsOf('whole', 4));
    const generate = ['data', 'generate', '--task', 'sudoku', '--size', '4', '--train', '12', '--test', '4', '--seed', '9'];
    expect((await runInProcess([...generate, '--out', 'puzzles/other'])).status).toBe(0);
    const other = await resume(halfRun('others'), '--data', 'puzzles/other', '--set', 'training.evaluateEvery=2');
    expect(other.status, other.stderr).toBe(0);
    expect(other.stdout).toContain('are not those it was trained on: a new pass begins');
    expect(other.stdout).not.toContain('. It continues exactly');
    expect(other.stdout).toContain('. Apart from the differences above, it continues exactly like a run begun with these values.');
  }); // prettier-ignore
});

describe('a folder with a run and its puzzles', () => {
  it('may be moved as a whole, or the run alone', async () => {
    mkdirSync('tree');
    cpSync(join('whole', 'data'), 'tree/puzzles', { recursive: true });
    expect((await train('quick.json', '--data', 'tree/puzzles', '--out', 'tree/runs/one')).status).toBe(0);
    const { data } = JSON.parse(readFileSync('tree/runs/one/config.json', 'utf8')) as { data: string };
    expect(data).toBe('../../puzzles');
    mkdirSync('moved');
    renameSync('tree', 'moved/tree');
    expect((await runInProcess(['eval', '--run', 'moved/tree/runs/one'])).status).toBe(0);
    expect((await resume('moved/tree/runs/one', '--set', 'training.steps=5')).status).toBe(0);
    renameSync('moved/tree/runs/one', 'one');
    expect((await runInProcess(['eval', '--run', 'one'])).status).toBe(0);
  });
});

describe('the manifest of a checkpoint', () => {
  it('records backend and machine, and resuming elsewhere warns that bits will differ', async () => {
    const { state } = await readCheckpoint(join('half', 'checkpoints', 'checkpoint-00000002'));
    expect(state).toMatchObject({ machine: { backend: 'wasm', compile: 'eager', platform: `${process.platform} ${process.arch}` } });
    const { status, stdout } = await resume(halfRun('on-cpu'), '--backend', 'cpu');
    expect(status).toBe(0);
    expect(stdout).toContain('The machine or version has changed: backend wasm, now cpu. The run continues, but the last bits of its numbers will differ');
    const run = halfRun('older');
    await changeState(run, (state) => ({ ...state, versions: { ...(state['versions'] as object), node: '18.0.0' } }));
    expect((await resume(run)).stdout).toContain('Node 18.0.0, now');
  }); // prettier-ignore

  it.each<[string, (state: { [key: string]: JsonValue }) => object, string]>([
    ['a negative length of the log', (state) => ({ ...state, metricsLength: -5 }), 'state.metricsLength'],
    ['random numbers that are none', (state) => ({ ...state, random: [0, 0, 0, 0] }), 'state.random'],
    ['no random numbers', ({ random: _, ...state }) => state, 'state.random'],
    ['a cursor that is none', (state) => ({ ...state, cursor: { seed: 7 } }), 'state.cursor'],
    ['another kind of best', (state) => ({ ...state, best: 'yes' }), 'state.best'],
    ['nothing', () => ({}), 'state.random'],
  ])('with %s is refused by name, and nothing is changed', async (name, change, named) => {
    const run = halfRun(name.replaceAll(' ', '-'));
    await changeState(run, change);
    const before = filesOf(run);
    const { status, stdout, stderr } = await resume(run);
    expect(status).toBe(1);
    expect(stderr).toContain(`its state cannot be resumed from: ${named}`);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(filesOf(run)).toEqual(before);
  });
});

describe('a checkpoint of another run', () => {
  it.each([
    ['eval', ['--run']],
    ['train', ['--resume', '--out']],
  ])('is refused by hrm %s', async (command, args) => {
    const run = halfRun(`swapped-${command}`);
    const path = join(run, 'config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"maxSegments": 4', '"maxSegments": 3'));
    const { status, stderr } = await runInProcess([command, ...args, run]);
    expect(status).toBe(1);
    expect(stderr).toContain('this checkpoint is not of the run in config.json: model.halting.maxSegments (there 4, here 3)');
  }); // prettier-ignore
});

describe('weights that are not finite', () => {
  it.each([
    ['eval', ['--run'], 'halting.head.bias of the averaged weights'],
    ['train', ['--resume', '--out'], 'inner.q_head.bias of weights'],
  ])('are refused by hrm %s', async (command, args, tensor) => {
    const run = halfRun(`nan-${command}`);
    const folder = join(run, 'checkpoints');
    const { step, files, state } = await readCheckpoint(join(folder, 'checkpoint-00000002'));
    for (const file of ['weights', 'ema']) files[file]!.get('inner.q_head.bias')!.data[0] = NaN;
    await writeCheckpoint(folder, { step, files, state });
    const { status, stderr } = await runInProcess([command, ...args, run]);
    expect(status).toBe(1);
    expect(stderr).toContain(`numbers are infinite or NaN in ${tensor} (1 of 2)`);
  });
});
