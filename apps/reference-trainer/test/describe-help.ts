import { describe, expect, it } from 'vitest';
import type { Program } from '../src/command-line/command-line';
import { runInProcess } from './run-in-process';

/** Tests the help of a program and of each of its commands. */
export function describeHelp(program: Program): void {
  const { commands, name: own } = program;
  const run = (args: readonly string[]) => runInProcess(args, program);

  describe.each(commands)(`the help of ${own} $name`, ({ name, examples, options }) => {
    it(`is the same by --help, -h and ${own} help, with every option and an example`, async () => {
      const help = await run([...name.split(' '), '--help']);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(await run([...name.split(' '), '-h'])).toEqual(help);
      expect(await run(['help', ...name.split(' ')])).toEqual(help);
      for (const example of examples) expect(help.stdout).toContain(`\n  ${example}\n`);
      expect(examples.length).toBeGreaterThan(0);
      for (const key of Object.keys(options.shape)) {
        expect(help.stdout).toMatch(
          new RegExp(`^ {2}(--)?${key.replace(/[A-Z]/g, (a) => `-${a.toLowerCase()}`)} `, 'm'),
        );
      }
    });
  });

  it(`the help of ${own} is the same by no word, --help, -h and help, and lists every command`, async () => {
    const help = await run([]);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: ${own} COMMAND`);
    for (const args of [['--help'], ['-h'], ['help'], ['help', 'help'], ['help', '--help']])
      expect(await run(args)).toEqual(help);
    for (const { name } of commands) expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });
}
