import { describe, expect, it } from 'vitest';
import { commands } from '../src/main';
import { runInProcess } from './run-in-process';

describe.each(commands)('the help of hrm $name', ({ name, examples, options }) => {
  it('is the same by --help, -h and hrm help, with every option and an example', async () => {
    const help = await runInProcess([...name.split(' '), '--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(await runInProcess([...name.split(' '), '-h'])).toEqual(help);
    expect(await runInProcess(['help', ...name.split(' ')])).toEqual(help);
    for (const example of examples) expect(help.stdout).toContain(`\n  ${example}\n`);
    expect(examples.length).toBeGreaterThan(0);
    for (const key of Object.keys(options.shape)) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}(--)?${key.replace(/[A-Z]/g, (a) => `-${a.toLowerCase()}`)} `, 'm'));
    }
  });
});

describe('the help of all', () => {
  it('is the same by hrm, --help, -h and help, and lists every command', async () => {
    const help = await runInProcess([]);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const args of [['--help'], ['-h'], ['help'], ['help', 'help'], ['help', '--help']])
      expect(await runInProcess(args)).toEqual(help);
    for (const { name } of commands) expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it('of `data` lists its commands', async () => {
    const help = await runInProcess(['data', '--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(await runInProcess(['help', 'data'])).toEqual(help);
    expect(help.stdout).toContain('data generate');
    expect(help.stdout).toContain('data import');
    expect(help.stdout).not.toContain('solve');
  });

  it('is not shown in place of a mistake, which has the nearest name', async () => {
    for (const [args, told] of [
      [['trian'], 'unknown command "trian" (Did you mean train?)'],
      [['trian', '--help'], 'unknown command "trian" (Did you mean train?)'],
      [['help', 'trian'], 'unknown command "trian" (Did you mean train?)'],
      [['data', 'improt'], 'unknown command "improt" (Did you mean import?)'],
      [['data'], 'hrm data import`'],
      [['solve', '--runs', 'x'], 'unknown option "--runs" (Did you mean --run?)'],
    ] as const) {
      const { status, stdout, stderr } = await runInProcess(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(told);
    }
  });
});
