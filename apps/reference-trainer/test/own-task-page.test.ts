import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

// A user's folder with the packages that the page installs.
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hrm-own-task-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const [name, target] of [
  ['.bin/hrm', 'apps/reference-trainer/bin/hrm.js'],
  ['@hrm/data', 'packages/data'],
] as const) {
  mkdirSync(join(folder, 'node_modules', dirname(name)), { recursive: true });
  symlinkSync(join(root, target), join(folder, 'node_modules', name));
}
writeFileSync(join(folder, 'package.json'), '{ "private": true }');

/** The blocks of the page, in order. A block of code or JSON follows "Save it as `NAME`:". */
const blocks = [...readFileSync(join(root, 'docs/your-own-task.md'), 'utf8').matchAll(/^```(\w+)\n([^]*?)^```/gm)].map(
  ({ 1: language, 2: content, index, input }) => ({
    language,
    content: content!,
    name: /Save\s+it\s+as\s+`([\w.-]+)`:\n\n$/.exec(input.slice(0, index))?.[1],
  }),
);

/** Each training ends after two steps, as the page says. XLA would compile for longer than these take. */
const shortened = (lines: string) =>
  lines
    .replace(/^npx hrm train .*$/gm, '$& --max-steps 2')
    .replace(/^npx hrm (train|eval|solve) .*$/gm, '$& --compile graph');

function shell(lines: string): string {
  // npx must not download anything, and no consent of this user counts.
  const offline = { npm_config_yes: 'false', npm_config_offline: 'true', XDG_CONFIG_HOME: join(folder, '.config') };
  const env = { ...process.env, ...offline };
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', lines], {
    cwd: folder,
    encoding: 'utf8',
    env,
    input: '',
  });
  expect(status, `${lines}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

it('every block of docs/your-own-task.md runs, in order', { timeout: 180_000 }, () => {
  const printed: string[] = [];
  for (const { language, content, name } of blocks) {
    if (language === 'sh') printed.push(shell(shortened(content)));
    else {
      expect(name, `the block that begins with ${content.slice(0, 40)}`).toBeDefined();
      writeFileSync(join(folder, name!), content);
    }
  }
  const [imported, , solved, checked] = printed;
  expect(imported).toContain('8,969 examples to train on and 1,031 examples held out');
  expect(imported).toContain('No held-out question occurs in training.');
  // The command that the import prints is the one that the page gives.
  expect(imported).toContain('npx hrm train sequences --data data/sums --out runs/sums\n');
  expect(solved).toContain('Not verified');
  expect(checked).toMatch(/ {2}07\n\+ 15\n= \?[^]*Not solved: the sum is 022|Solved/);
});
