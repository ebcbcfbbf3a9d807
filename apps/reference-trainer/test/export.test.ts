import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors } from '@hrm/files';
import { loadModel, parameterValues, type RecursiveReasoner } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { loadRun } from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRun as loadRunHere } from '../src/run/folder/load-run';
import { Terminal } from '../src/terminal/terminal';
import { runInProcess } from './run-in-process';
import { tinyRun } from './tiny-run';
import { useEmptyFolder } from './use-empty-folder';

const folder = useEmptyFolder('export');
const run = join(folder, 'run');
const out = (name: string) => join(folder, `${name}.safetensors`);
const exportRun = (...args: string[]) => runInProcess(['export', '--run', run, '--json', ...args]);
const puzzle = [2, 1, 1, 1, 1, 1, 4, 1, 1, 5, 1, 1, 1, 1, 1, 3];

beforeAll(async () => {
  writeFileSync('tiny.json', JSON.stringify(tinyRun));
  const { status, stderr } = await runInProcess(['train', 'tiny.json', '--out', run, '--max-steps', '8']);
  expect(status, stderr).toBe(0);
  await selectBackend({ prefer: 'wasm' });
});

/** Logits and answers of every segment, as bytes. */
async function allThoughts(model: RecursiveReasoner) {
  const { Solver } = await import('@hrm/act');
  return { solution: await new Solver(model).solve(puzzle), values: await parameterValues(model) };
}

describe('hrm export', () => {
  it('writes one file with the averaged model of the run, bit for bit', async () => {
    const { status, stdout, stderr } = await exportRun('--out', out('model'));
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out: out('model'), step: 8, averaged: true });
    const exported = loadModel(readFileSync(out('model')));
    const { model: here } = await loadRunHere(run, 'newest', new Terminal(true));
    const { model: byLibrary, step, averaged } = await loadRun(run);
    expect([step, averaged]).toEqual([8, true]);
    const expected = await allThoughts(here);
    expect(await allThoughts(exported)).toEqual(expected);
    expect(await allThoughts(byLibrary)).toEqual(expected);
    expect(exported.config).toMatchObject({ family: 'hrm', hiddenSize: 16, block: { type: 'mixer', expansion: 1 } });
    for (const model of [exported, here, byLibrary]) model.dispose();
  });

  it('writes the weights without averaging, or in half precision, on request', async () => {
    expect((await exportRun('--out', out('own'), '--weights', 'own')).status).toBe(0);
    expect((await exportRun('--out', out('half'), '--precision', 'float16')).status).toBe(0);
    const [averaged, own, half] = ['model', 'own', 'half'].map((name) => parseSafetensors(readFileSync(out(name))).tensors); // prettier-ignore
    expect(own!.get('outputHead.weight')).not.toEqual(averaged!.get('outputHead.weight'));
    expect([...half!.values()].every(({ dtype }) => dtype === 'float16')).toBe(true);
    const { model } = await loadRun(run, { weights: 'own' });
    expect(Object.fromEntries(await parameterValues(model))).toEqual(Object.fromEntries(own!));
    model.dispose();
  });

  it.each(['export', 'export-official'])('%s never overwrites a file or writes through a link', async (command) => {
    writeFileSync(`mine-${command}`, 'mine');
    symlinkSync('nowhere', `link-${command}`);
    for (const name of [`mine-${command}`, `link-${command}`]) {
      const { status, stderr } = await runInProcess([command, '--run', run, '--out', name]);
      expect(status).toBe(2);
      expect(stderr).toContain(`--out: ${name} exists already; choose another name`);
    }
    expect(readFileSync(`mine-${command}`, 'utf8')).toBe('mine');
    expect(lstatSync(`link-${command}`).isSymbolicLink()).toBe(true);
    expect(readdirSync('.')).not.toContain('nowhere');
  });

  it('names what is wrong with a run', async () => {
    const { status, stderr } = await runInProcess(['export', '--run', folder, '--out', out('none')]);
    expect(status).toBe(2);
    expect(stderr).toContain('holds no run');
  });
});
