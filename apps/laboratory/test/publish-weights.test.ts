import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { WeightsCard } from '@hrm/weights';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeQuickConfig } from '../../reference-trainer/test/quick-run';
import { runInProcess as runHrm } from '../../reference-trainer/test/run-in-process';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import { runInProcess } from './run-in-process';

useEmptyFolder('publish-weights');

const publish = (...args: string[]) =>
  runInProcess(['publish-weights', ...args, '--name', 'tiny', '--out', 'out', '--backend', 'wasm', '--json']);
const card = () => JSON.parse(readFileSync('out/tiny.json', 'utf8')) as WeightsCard;

beforeAll(async () => {
  writeQuickConfig('tiny-config.json');
  for (const [run, seed] of [['one', '1'], ['two', '2']] as const) {
    const { status, stderr } = await runHrm(['train', 'tiny-config.json', '--out', run, '--max-steps', '2', '--set', `training.seed=${seed}`]); // prettier-ignore
    expect(status, stderr).toBe(0);
  }
}); // prettier-ignore

describe('hrm-lab publish-weights', () => {
  it('writes the weights, a card with the checksum and figures of all seeds, and a page', async () => {
    const { status, stderr } = await publish('one', 'two');
    expect(status, stderr).toBe(0);
    expect(readdirSync('out').sort()).toEqual(['tiny.json', 'tiny.md', 'tiny.safetensors']);
    const bytes = readFileSync('out/tiny.safetensors');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(card()).toMatchObject({ bytes: bytes.length, sha256, step: 2, seed: 1, precision: 'float32' });
    expect(card().figures).toHaveLength(1);
    expect(card().figures[0]).toMatchObject({ puzzles: 'held out', count: 4 });
    expect(card().figures[0]!.solved).toHaveLength(2);
    expect(readFileSync('out/tiny.md', 'utf8')).toContain(sha256);
  });

  it('measures given puzzles at each length of the pass, and keeps what was written by hand', async () => {
    writeFileSync('out/tiny.md', `${readFileSync('out/tiny.md', 'utf8')}\n## Limits\n\nBy hand.\n`);
    mkdirSync('held-out');
    writeFileSync('held-out/easy.txt', '1.....3..4.....2\n1.2..1...2.3....\n');
    const { status, stderr } = await publish('one', '--held-out', 'held-out', '--segments', '1,3');
    expect(status, stderr).toBe(0);
    const rows = card().figures.map(({ puzzles, count, segments }) => [puzzles, count, segments]);
    expect(rows).toEqual([
      ['easy', 2, 1],
      ['easy', 2, 3],
    ]);
    const page = readFileSync('out/tiny.md', 'utf8');
    expect(page).toContain('| easy | 2 | 3 |');
    expect(page).not.toContain('held out');
    expect(page).toContain('By hand.');
  });

  it('refuses lengths that are no numbers, and a run that is not there', async () => {
    const length = await publish('one', '--segments', '16,long');
    expect([length.status, length.stderr]).toEqual([2, expect.stringContaining('--segments: expected numbers')]);
    expect((await publish('nowhere')).status).toBe(2);
  });
});
