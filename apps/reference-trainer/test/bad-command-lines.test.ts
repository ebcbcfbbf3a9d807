import { expect, it } from 'vitest';
import { badCommandLine, commandShapes, randomNumbers } from './bad-command-line';
import { flawOfRefusal, runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('bad-command-lines');

it('300 command lines with one mistake exit with 2, name it, write nothing and show no stack', async () => {
  const random = randomNumbers(0);
  const flaws: string[] = [];
  const commands = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const { args, named } = badCommandLine(random);
    commands.add(args[0]!);
    const flaw = await flawOfRefusal(args, named);
    if (flaw !== undefined) flaws.push(flaw);
  }
  expect(flaws).toEqual([]);
  expect(commands.size).toBeGreaterThan(10);
});

it.each(commandShapes)('all options of `hrm $words` are tried', async ({ words, options }) => {
  const { stdout, status } = await runInProcess([...words, '--help']);
  expect(status).toBe(0);
  const told = [...stdout.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)].map(([, name]) => name!);
  expect(told.filter((name) => name !== 'help' && name !== 'version').sort()).toEqual(Object.keys(options).sort());
});
