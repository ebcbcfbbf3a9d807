import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runCommandLine, type Program } from '../src/command-line/command-line';
import { checkOptions } from '../src/command-line/usage-error';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every page of documentation in the repository. */
export const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && !/(^|[\\/])(node_modules|dist|testdata|\.changeset|CHANGELOG)|^docs[\\/]api/.test(file),
); // prettier-ignore

/** Splits a line into words like a shell. */
const wordsOf = (line: string) =>
  [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));

/** The command lines of a program on a page: in code fences and in backticks. */
function commandLinesOf(page: string, program: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8');
  const fences = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, lines]) => lines!.split('\n'));
  const inline = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  const start = new RegExp(`^(npx |npm run |nice -n \\d+ npx )?${program} (-- )?`);
  return [...fences, ...inline]
    .map((line) => line.replace(/ +#.*/, '').replace(/[[\]]|\.\.\.$/g, ''))
    .filter((line) => start.test(line) && line.replace(start, '') !== '')
    .map((line) => wordsOf(line.replace(start, '')));
}

/** The program with commands that only check their options. */
const checkingOnly = (program: Program): Program => ({
  ...program,
  commands: program.commands.map((command) => ({
    ...command,
    run: async (given: unknown) => void checkOptions(command.options, given),
  })),
});

/**
 * Expects the command lines of a program in the documentation to be valid.
 *
 * @param least the least number of them
 */
export async function expectDocumented(program: Program, { least }: { least: number }): Promise<void> {
  const checked = checkingOnly(program);
  let count = 0;
  for (const page of pages) {
    // `hrm COMMAND` is a placeholder; help has tests of its own.
    for (const words of commandLinesOf(page, program.name).filter(
      (line) => !/^[A-Z.]/.test(line[0]!) && !line.includes('--help') && line[0] !== 'help',
    )) {
      const line = `${page}: ${program.name} ${words.join(' ')}`;
      count++;
      if (words.some((word) => word.startsWith('--'))) {
        await expect(runCommandLine(checked, words), line).resolves.toBeUndefined();
      } // Named in passing, without its options.
      else
        expect(
          program.commands.filter(({ name }) => name.split(' ')[0] === words[0]),
          line,
        ).not.toEqual([]);
    }
  }
  expect(count).toBeGreaterThanOrEqual(least);
}

/** Expects a page to list every command of a program with its first example and its summary. */
export function expectListed({ commands }: Program, page: string): void {
  const text = readFileSync(join(root, page), 'utf8').replace(/ +/g, ' ');
  for (const { examples, summary } of commands) expect(text).toContain(`\n| \`${examples[0]}\` | ${summary} |\n`);
}
