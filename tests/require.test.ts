import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../packages', import.meta.url));

// Every Node that the packages are for can load ES modules by require, if `exports` lets it find them.
test.for(readdirSync(packages))('require() finds every entry of @hrm/%s', { timeout: 60_000 }, async (name) => {
  const folder = join(packages, name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: object };
  // The kits need Vitest, which require() cannot load.
  const entries = Object.keys(exports)
    .filter((entry) => !/testing|package\.json/.test(entry))
    .map((entry) => `@hrm/${name}${entry.slice(1)}`);
  const program = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(require(entry)).length > 0)`;
  // A package may require itself by its name.
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: folder });
  expect(stdout.trim().split('\n')).toEqual(entries.map((entry) => `${entry} true`));
});
