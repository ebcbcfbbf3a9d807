import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTorchCheckpoint, serializeTorchCheckpoint, type HostTensor, type NamedHostTensors } from '@hrm/files';
import { CheckpointStore, RunLock } from '@hrm/trainer/checkpoint';
import { describe, expect, it } from 'vitest';
import { writeNewRun } from '../src/run/folder/write-new-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

const folder = useEmptyFolder('import-official');
const source = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));
const original = parseTorchCheckpoint(readFileSync(join(source, 'step_500')));
const prefix = 'model.';
const nameOf = (part: string) => [...original.keys()].find((name) => name.endsWith(part))!;

/** A run of the official code with a changed checkpoint. */
function officialRun(name: string, change: (weights: Map<string, HostTensor>) => void): string {
  const run = join(folder, name);
  mkdirSync(run);
  cpSync(join(source, 'all_config.yaml'), join(run, 'all_config.yaml'));
  const weights = new Map(original);
  change(weights);
  writeFileSync(join(run, 'step_500'), serializeTorchCheckpoint(weights));
  return run;
}

const importRun = (run: string, out: string) => runInProcess(['import-official', run, '--out', out, '--json']);
const savedIn = async (out: string): Promise<NamedHostTensors> =>
  (await (await CheckpointStore.open(out, { readOnly: true })).latest())!.files['weights']!;

const vector: HostTensor = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) };

describe('an official checkpoint', () => {
  it('of float64 and integers becomes float32 exactly, and is reported', async () => {
    const run = officialRun('wide', (weights) => {
      for (const [name, tensor] of original) {
        if (name.endsWith('q_head.bias')) weights.set(name, { dtype: 'int64', shape: [2], data: BigInt64Array.of(-5n, -4n) });
        else weights.set(name, { dtype: 'float64', shape: tensor.shape, data: Float64Array.from(tensor.data as Float32Array) });
      } // prettier-ignore
    });
    const { status, stdout, stderr } = await importRun(run, 'wide-run');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`Converted ${original.size - 1} tensors from float64 to float32.`);
    expect(stderr).toContain('Converted 1 tensor from int64 to float32.');
    expect(JSON.parse(stdout)).toMatchObject({ converted: { float64: original.size - 1, int64: 1 } });
    const saved = await savedIn('wide-run');
    expect(saved.size).toBe(original.size);
    for (const [name, tensor] of original) {
      const data = name.endsWith('q_head.bias') ? Float32Array.of(-5, -4) : tensor.data;
      expect(saved.get(name.slice(prefix.length))).toEqual({ dtype: 'float32', shape: tensor.shape, data });
    }
  });

  it('with computed buffers is imported without them', async () => {
    const names = ['rotary_emb.inv_freq', 'rotary_emb.cos_cached', 'puzzle_emb.local_ids'].map(
      (n) => `${prefix}inner.${n}`,
    );
    const run = officialRun('buffers', (weights) => names.forEach((name) => weights.set(name, vector)));
    const { status, stdout, stderr } = await importRun(run, 'buffers-run');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`Left out, because they are computed: ${names.join(', ')}.`);
    expect(JSON.parse(stdout)).toMatchObject({ leftOut: names, tensors: original.size });
    expect((await savedIn('buffers-run')).size).toBe(original.size);
  });

  it.each<[string, (weights: Map<string, HostTensor>) => void, string]>([
    ['missing', (weights) => weights.delete(nameOf('q_head.bias')), '"inner.q_head.bias" is missing'],
    ['extra', (weights) => weights.set('model.inner.extra', vector), '"model.inner.extra" is not a tensor of this model'],
    ['of-another-shape', (weights) => weights.set(nameOf('H_init'), vector), `"${nameOf('H_init')}" has shape [3], the model needs [`],
    ['turned', (weights) => {
      const { shape, ...rest } = original.get(nameOf('lm_head.weight'))!;
      weights.set(nameOf('lm_head.weight'), { ...rest, shape: [...shape].reverse() });
    }, `"${nameOf('lm_head.weight')}" has shape [`],
    ['twice', (weights) => weights.set('inner.q_head.bias', original.get(nameOf('q_head.bias'))!), '"inner.q_head.bias" is "inner.q_head.bias" a second time'],
    ['beyond-float32', (weights) => weights.set(nameOf('q_head.bias'), { dtype: 'float64', shape: [2], data: Float64Array.of(0, 1e300) }), '"inner.q_head.bias" of float64 holds 1e+300 at 1'],
    ['rounded', (weights) => weights.set(nameOf('q_head.bias'), { dtype: 'int64', shape: [2], data: BigInt64Array.of(0n, 2n ** 60n + 1n) }), 'expected integers that float32 holds exactly'],
    ['of-fewer-layers', (weights) => {
      for (const name of original.keys()) if (name.includes('L_level.layers.0.')) weights.delete(name);
    }, '"inner.L_level.layers.0.'],
  ])('with a tensor %s is refused by its name, and nothing is left', async (name, change, message) => {
    const run = officialRun(name, change);
    const { status, stdout, stderr } = await importRun(run, join('deep', name, 'run'));
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain(join(run, 'step_500'));
    expect(stdout + stderr).not.toMatch(/Imported|\n\s+at /);
    expect(existsSync('deep')).toBe(false);
  }); // prettier-ignore
});

describe('a new run', () => {
  const failing = async (run: string) => {
    mkdirSync(join(run, 'checkpoints'));
    writeFileSync(join(run, 'checkpoints', 'half'), '');
    throw new Error('ENOSPC');
  };

  it.each(['new', join('parents', 'that', 'are', 'new')])('%s: is written whole or not at all', async (run) => {
    const before = readdirSync('.').sort();
    await expect(writeNewRun(run, failing)).rejects.toThrow('ENOSPC');
    expect(readdirSync('.').sort()).toEqual(before);
    await writeNewRun(run, async (place) => writeFileSync(join(place, 'config.json'), '{}'));
    expect(readdirSync(run)).toEqual(['config.json']);
    expect(readdirSync(join(run, '..')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('in an existing folder changes nothing else in it', async () => {
    mkdirSync('there');
    writeFileSync(join('there', '.config.json-0a1b'), '');
    await expect(writeNewRun('there', failing)).rejects.toThrow('ENOSPC');
    expect(readdirSync('there')).toEqual(['.config.json-0a1b']);
  });

  it('in a folder where another process has begun a run does not change it', async () => {
    mkdirSync('taken');
    const lock = await RunLock.acquire('taken');
    await expect(writeNewRun('taken', failing)).rejects.toThrow('the run is in use by process');
    await lock.release();
    mkdirSync(join('taken', 'checkpoints'));
    writeFileSync(join('taken', 'config.json'), '{}');
    await expect(writeNewRun('taken', failing)).rejects.toThrow('taken is not empty');
    expect(readdirSync('taken').sort()).toEqual(['checkpoints', 'config.json']);
  });
});
