import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSafetensors, serializeSafetensors } from '@hrm/files';
import { describe, expect, it } from 'vitest';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { runHrmLab } from './run-hrm-lab';
import { runInProcess } from './run-in-process';

const folder = sharedTemporaryFolder();
const recorded = fileURLToPath(new URL('testdata/parity/hrm-no-act', import.meta.url));

describe('hrm-lab parity', () => {
  it('passes on a recorded case, and reports the error of each quantity', () => {
    const { status, json } = runHrmLab(['parity', recorded, '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, backend: 'wasm' });
    const [first] = json['cases'] as { quantities: { quantity: string; worstRatio: number }[] }[];
    const quantities = first!.quantities.map(({ quantity }) => quantity);
    for (const name of ['out.logits', 'loss.total', 'carry.z_H', 'grad', 'after', 'evaluation logits'])
      expect(quantities).toContain(name);
    expect(Math.max(...first!.quantities.map(({ worstRatio }) => worstRatio))).toBeGreaterThan(0);
  });

  it.each([
    ['segment-0.safetensors', 'out.logits'],
    ['segment-0.safetensors', 'out.q_halt_logits'],
    ['segment-1.safetensors', 'loss.total'],
    ['segment-1.safetensors', 'metric.lm_loss'],
    ['segment-0.safetensors', 'carry.z_L'],
    ['segment-1.safetensors', 'grad.inner.H_level.layers.0.mlp.down_proj.weight'],
    ['segment-0.safetensors', 'grad.inner.puzzle_emb.local_weights'],
    ['segment-1.safetensors', 'after.inner.lm_head.weight'],
    ['segment-0.safetensors', 'after.inner.H_init'],
    ['segment-0.safetensors', 'lr'],
    ['weights.safetensors', 'inner.L_level.layers.0.self_attn.qkv_proj.weight'],
    ['evaluation.safetensors', '0.logits'],
    ['evaluation.safetensors', 'metric.q_halt_loss'],
  ])('fails when the largest number of %s %s is changed by one percent', async (file, name) => {
    const changed = join(folder, `changed-${name}`);
    cpSync(recorded, changed, { recursive: true });
    const path = join(changed, file);
    const { tensors, metadata } = parseSafetensors(readFileSync(path), { path });
    const tensor = tensors.get(name)!;
    const data = tensor.data.slice() as Float32Array;
    const largest = data.reduce((best, value, i) => (Math.abs(value) > Math.abs(data[best]!) ? i : best), 0);
    data[largest]! *= 1.01;
    writeFileSync(path, serializeSafetensors(new Map([...tensors, [name, { ...tensor, data }]]), metadata));
    const { status, stdout } = await runInProcess(['parity', changed, '--backend', 'wasm']);
    expect(status, stdout).toBe(1);
    expect(stdout).toContain('OUT OF BOUNDS');
  });

  it('names what is missing in a folder that is not a case', () => {
    const { status, stderr } = runHrmLab(['parity', folder]);
    expect(status).toBe(1);
    expect(stderr).toContain('case.json');
  });
});
