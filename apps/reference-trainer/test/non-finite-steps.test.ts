import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hrm } from './run-hrm';
import { tinyRun } from './tiny-run';

const folder = mkdtempSync(join(tmpdir(), 'hrm-non-finite-'));
const config = join(folder, 'tiny.json');
const whole = join(folder, 'whole');
beforeAll(() => {
  writeFileSync(config, JSON.stringify(tinyRun));
  expect(hrm(['train', config, '--out', whole]).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checkpointsOf = (run: string) => readdirSync(join(run, 'checkpoints')).sort();

/** SHA-256 of all tensors of a checkpoint. */
function tensorsOf(run: string, checkpoint: string): string[] {
  const path = join(run, 'checkpoints', checkpoint);
  const files = readdirSync(path).filter((name) => name.endsWith('.safetensors'));
  return files.map((name) => createHash('sha256').update(readFileSync(join(path, name))).digest('hex')); // prettier-ignore
}

it.each([
  // Each step multiplies the weights by about -1e15, until the loss overflows; a rate beyond float32 makes the
  // weights overflow at once.
  ['a loss and gradients', ['training.learningRate=1e15', 'training.weightDecay=1'], /loss, gradient\//],
  ['weights', ['training.learningRate=1e39'], /parameter\//],
])(
  '%s that overflow end the run with the step and their names, and the last checkpoint can be resumed',
  (name, settings, named) => {
    // prettier-ignore
    const run = join(folder, name.replaceAll(' ', '-'));
    const train = (...args: string[]) => hrm(['train', config, '--out', run, ...args]);
    expect(train('--max-steps', '6').status).toBe(0);
    const good = checkpointsOf(run);
    const before = good.map((checkpoint) => tensorsOf(run, checkpoint));

    const { status, stdout, stderr } = train('--resume', ...settings.flatMap((setting) => ['--set', setting]));
    expect(status).toBe(1);
    const step = Number(/^hrm: Step (\d+) is not finite in /m.exec(stderr)?.[1]);
    expect(step).toBeGreaterThan(6);
    expect(step).toBeLessThan(9);
    expect(stderr).toMatch(named);
    expect(stderr).toContain(`It was not applied: the parameters are those after step ${step - 1}.`);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(checkpointsOf(run)).toEqual(good);
    expect(good.map((checkpoint) => tensorsOf(run, checkpoint))).toEqual(before);

    // Resumed unchanged, it ends with the same bytes as an undisturbed run.
    const { status: ending, stdout: said, stderr: errors } = train('--resume');
    expect(ending, errors).toBe(0);
    expect(said).toContain('Resuming at step 6.');
    expect(said).not.toContain('Warning');
    expect(tensorsOf(run, 'checkpoint-00000012')).toEqual(tensorsOf(whole, 'checkpoint-00000012'));
  },
);

it('a step that fails removes the progress bar, and the process ends', () => {
  const args = ['train', config, '--out', join(folder, 'live'), '--set', 'training.learningRate=1e39'];
  const { status, stderr } = hrm(args, '', { live: true });
  expect(status).toBe(1);
  // The view is cleared before the error is printed.
  expect(stderr).toMatch(/step 0\/12.*\x1b\[2K\x1b\[G(\x1b\[\?2026l)?hrm: Step 1 is not finite in parameter\//s);
  // Each drawing as a whole (mode 2026) ends with it. No other mode is changed, so a killed process need not restore one.
  expect(stderr.replace(/\x1b\[\?2026h.*?\x1b\[\?2026l/gs, '')).not.toMatch(/\x1b\[\?/);
  expect(stderr).not.toContain('garbage collection');
});
