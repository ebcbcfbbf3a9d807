import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts'));

// An example throws where what it shows does not come about.
test.for(examples)('examples/%s runs', { timeout: 180_000 }, async (file) => {
  const words = [join(root, 'scripts/run-example.mjs'), file.replace(/\.ts$/, '')];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root });
  expect(stdout).not.toBe('');
});

test('the algorithm by hand is among them', () => {
  expect(examples).toContain('by-hand.ts');
});
