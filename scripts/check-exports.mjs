import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPnpm } from './pnpm.mjs';

// `npm run check:exports`: packs each package as for publishing, and checks it with publint and Are the Types Wrong.

const root = fileURLToPath(new URL('..', import.meta.url));
const pnpm = await findPnpm();
const env = { ...process.env, PATH: pnpm.path, NO_COLOR: '1' };

function run(words, cwd = root) {
  return new Promise((resolve) => {
    execFile(process.execPath, [pnpm.program, ...words], { cwd, env }, (error, stdout, stderr) =>
      resolve({ passed: error === null, output: (stdout + stderr).trim() }),
    );
  });
}

async function check(name, folder) {
  mkdirSync(folder);
  const pack = await run(['pack', '--pack-destination', folder], join(root, 'packages', name));
  if (!pack.passed) return { pack };
  const tarball = join(folder, readdirSync(folder)[0]);
  const [publint, attw] = await Promise.all([
    run(['exec', 'publint', 'run', tarball, '--strict']),
    run(['exec', 'attw', tarball, '--profile', 'esm-only', '--no-color', '--no-emoji']),
  ]);
  return { publint, attw };
}

const tarballs = mkdtempSync(join(tmpdir(), 'hrm-exports-'));
process.on('exit', () => rmSync(tarballs, { recursive: true, force: true }));
let failed = 0;
for (const name of readdirSync(join(root, 'packages'))) {
  const results = await check(name, join(tarballs, name));
  const words = Object.entries(results).map(([tool, { passed }]) => `${tool} ${passed ? 'passed' : 'FAILED'}`);
  console.log(`@hrm/${name}: ${words.join(', ')}`);
  for (const { passed, output } of Object.values(results)) {
    if (passed) continue;
    failed += 1;
    console.log(`${output.replace(/^/gm, '    ')}\n`);
  }
}
if (failed > 0) {
  console.log(`${failed} failed. Are the packages built? \`pnpm build\``);
  process.exitCode = 1;
}
