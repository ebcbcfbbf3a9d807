import { describe, expect, it } from 'vitest';
import { hrm } from '../src/main';
import { describeHelp } from './describe-help';
import { runInProcess } from './run-in-process';

describeHelp(hrm);

describe('the help', () => {
  it('of `data` lists its commands', async () => {
    const help = await runInProcess(['data', '--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(await runInProcess(['help', 'data'])).toEqual(help);
    expect(help.stdout).toContain('data generate');
    expect(help.stdout).toContain('data import');
    expect(help.stdout).not.toContain('solve');
  });

  it('is not shown for a mistake, which gets the nearest name', async () => {
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
