import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsAfterDemo } from '../src/run/next-commands';
import { printedCommand } from '../src/command-line/printed-command';
import { tinyRun } from './tiny-run';

// A user's folder with the installed command. The commands printed here are run in a shell.
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hrm-printed-hints-'));
const before = process.cwd();
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  const program = fileURLToPath(new URL('../bin/hrm.js', import.meta.url));
  symlinkSync(program, join(folder, 'node_modules/.bin/hrm'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(folder, 'tiny run.json'), JSON.stringify(tinyRun));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

function shell(line: string) {
  // npx must not download anything: a command that it does not find is an error.
  const env = { ...process.env, HRM_BACKEND: 'wasm', npm_config_yes: 'false', npm_config_offline: 'true' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', env, input: '' });
  return { status, output: stdout + stderr };
}

/** The printed commands: one per line, or in backticks. */
const printedIn = (text: string) => [...text.matchAll(/^ *(npx hrm .*)$|`(npx hrm [^`]*)`/gm)].map((found) => found[1] ?? found[2]!); // prettier-ignore

function expectToRun(hints: readonly string[]): void {
  for (const hint of hints) {
    const { status, output } = shell(hint);
    // Status 1 is allowed: a model this small need not solve the puzzle.
    expect(output, hint).not.toMatch(/^hrm: |not found/m);
    expect([0, 1], hint).toContain(status);
  }
}

describe('each printed command runs in a shell', { timeout: 120_000 }, () => {
  const run = "runs/of a user's";

  it('after training in a folder with a space and a quote in its name', () => {
    const { status, output } = shell(`npx hrm train 'tiny run.json' --max-steps 2 --out "${run}"`);
    expect(status, output).toBe(0);
    const hints = printedIn(output);
    expect(hints.map((hint) => hint.split(' ')[2])).toEqual(['eval', 'solve']);
    expectToRun(hints);
  });

  it('after the demo', () => {
    const [solve, evaluate, report, train, help, ...more] = commandsAfterDemo(run);
    expect(more).toEqual([]);
    expectToRun([solve!, evaluate!, report!, `${train} --max-steps 1`, help!]);
  });

  it('after an import of an official run', () => {
    const official = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));
    for (const data of ['', ` --data ${official}/data`]) {
      const { status, output } = shell(`npx hrm import-official ${official} --out imported${data.length}${data}`);
      expect(status, output).toBe(0);
      const hints = printedIn(output);
      expect(hints.length).toBe(data === '' ? 1 : 2);
      expectToRun(hints);
    }
  });

  it('after an error', () => {
    for (const line of ['npx hrm fly', 'npx hrm train --out', 'npx hrm data import --task chess']) {
      const { status, output } = shell(line);
      expect(status).toBe(2);
      const [hint, ...more] = printedIn(output);
      expect(more).toEqual([]);
      expect(shell(hint!)).toMatchObject({ status: 0, output: expect.stringContaining('Usage: hrm') });
    }
    const [list] = /npx hrm help COMMAND/.exec(shell('npx hrm help').output) ?? [];
    expect(shell(list!.replace('COMMAND', 'train'))).toMatchObject({ status: 0, output: expect.stringContaining('Usage: hrm train') }); // prettier-ignore
    // Two commands that need options, but exist.
    const hints = printedIn(shell('npx hrm data').output);
    expect(hints).toEqual(['npx hrm data generate', 'npx hrm data import', 'npx hrm data mix', 'npx hrm --help']);
  });
});

it('a printed command has npx where it is needed, and quoted words', () => {
  expect(printedCommand('eval', '--run', 'a b')).toBe("npx hrm eval --run 'a b'");
  process.chdir(tmpdir());
  expect(printedCommand('solve', "it's", '$(rm)', '')).toBe("hrm solve 'it'\\''s' '$(rm)' ''");
  const program = process.argv[1]!;
  process.argv[1] = '/cache/_npx/0c1d/node_modules/.bin/hrm';
  expect(printedCommand('solve', 'FILE')).toBe('npx @hrm/cli solve FILE');
  process.argv[1] = program;
  process.chdir(folder);
});
