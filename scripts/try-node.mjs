import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// `node scripts/try-node.mjs 22 24`: installs other versions of Node from npm into a temporary folder. Each trains one
// step with the built packages on every backend that this machine has.

const run = promisify(execFile);
const program = fileURLToPath(new URL('../tests/train-one-step.mjs', import.meta.url));
const majors = process.argv.slice(2);
if (majors.length === 0 || majors.some((major) => !/^\d+(\.\d+)*$/.test(major))) {
  console.error('Which versions of Node? node scripts/try-node.mjs 22 24');
  process.exit(2);
}

const { findNativeInstallation } = await import('../packages/runtime/dist/index.js').catch(() => {
  console.error('The packages are not built yet: `npm run build`, or `npm start` once.');
  process.exit(1);
});
const backends = [...(findNativeInstallation() ? ['native'] : []), 'wasm', 'cpu'];
if (!backends.includes('native')) console.log('Without native TensorFlow, which is not set up here.');

const folder = mkdtempSync(join(tmpdir(), 'hrm-try-node-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

for (const major of majors) {
  const home = join(folder, major);
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `node@${major}`]);
  const node = join(home, 'node_modules/node/bin/node');
  if (!existsSync(node)) throw new Error(`The npm package node@${major} brought no program for this machine.`);
  const { stdout: version } = await run(node, ['--version']);
  for (const backend of backends) {
    try {
      const { stdout, stderr } = await run(node, [program, backend], { cwd: folder });
      const { loss } = JSON.parse(stdout.trim().split('\n').at(-1));
      console.log(
        `Node ${version.trim()}, ${backend}: passed (loss ${loss.toFixed(3)})${stderr && `, and said:\n${stderr}`}`,
      );
    } catch (error) {
      process.exitCode = 1;
      console.log(`Node ${version.trim()}, ${backend}: FAILED\n${error.stderr ?? error}`);
    }
  }
}
