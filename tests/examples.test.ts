import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseSafetensors, type Safetensors } from '@hrm/files';
import { check, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts'));

// An example throws where what it shows does not come about.
test.for(examples)('examples/%s runs', { timeout: 180_000 }, async (file) => {
  const words = [join(root, 'scripts/run-example.mjs'), file.replace(/\.ts$/, '')];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root });
  expect(stdout).not.toBe('');
});

test('the solver of the page is trained by its program, and is small', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-solver-'));
  const made = join(folder, 'solver.safetensors');
  const words = [join(root, 'scripts/run-example.mjs'), 'browser-inference/train', '3', made];
  await promisify(execFile)(process.execPath, words, { cwd: root });
  const kept = readFileSync(join(root, 'examples/browser-inference/solver-4x4.safetensors'));
  expect(kept.length).toBeLessThan(300_000);
  const [fresh, ours] = [parseSafetensors(readFileSync(made)), parseSafetensors(kept)];
  rmSync(folder, { recursive: true, force: true });
  expect(fresh.metadata).toEqual(ours.metadata);
  const shapes = ({ tensors }: Safetensors) => [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  expect(shapes(fresh)).toEqual(shapes(ours));
});

test('the algorithms by hand are among them', () => {
  expect(examples).toEqual(expect.arrayContaining(['by-hand.ts', 'by-hand-trm.ts']));
});

test('every example is formatted and shorter than 60 lines', async () => {
  const files = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(ts|html|css)$/.test(file) && !/(^|\/)(node_modules|dist)\//.test(file));
  expect(files).toEqual(expect.arrayContaining(['browser-inference/main.ts', 'own-layer.ts', 'swap-schedule.ts']));
  for (const file of files) {
    const path = join(root, 'examples', file);
    const source = readFileSync(path, 'utf8');
    expect(await check(source, { ...(await resolveConfig(path)), filepath: path }), `${file} is formatted`).toBe(true);
    expect(source.trimEnd().split('\n').length, file).toBeLessThan(60);
  }
});
