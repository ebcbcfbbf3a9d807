import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCommandLine } from '../src/command-line/command-line';
import { checkOptions } from '../src/terminal/usage-error';
import { commands } from '../src/main';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && !/(^|[\\/])(node_modules|dist|testdata|\.changeset|CHANGELOG)|^docs[\\/]api/.test(file),
); // prettier-ignore

/** The words that a shell makes of a line. */
const wordsOf = (line: string) =>
  [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));

/** The command lines of a page: in fences for a shell, and in backticks. */
function commandLinesOf(page: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8');
  const fences = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, lines]) => lines!.split('\n'));
  const inline = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return [...fences, ...inline]
    .map((line) => line.replace(/ +#.*/, '').replace(/[[\]]|\.\.\.$/g, ''))
    .filter((line) => /^(npx )?hrm \S/.test(line))
    .map((line) => wordsOf(line.replace(/^npx /, '')).slice(1));
}

/** The commands, which check what they are given and do nothing. */
const checked = commands.map((command) => ({
  ...command,
  run: async (given: unknown) => void checkOptions(command.options, given),
}));

it('the command lines of the documentation are such as the command takes', async () => {
  let count = 0;
  for (const page of pages) {
    // `hrm COMMAND` stands for any; help has tests of its own.
    for (const words of commandLinesOf(page).filter(
      (line) => !/^[A-Z.]/.test(line[0]!) && !line.includes('--help') && line[0] !== 'help',
    )) {
      const line = `${page}: hrm ${words.join(' ')}`;
      count++;
      if (words.some((word) => word.startsWith('--'))) {
        const run = runCommandLine(checked, words, { groups: {}, version: '0' });
        await expect(run, line).resolves.toBeUndefined();
      } // Named in passing, without its options.
      else
        expect(
          commands.filter(({ name }) => name.split(' ')[0] === words[0]),
          line,
        ).not.toEqual([]);
    }
  }
  expect(count).toBeGreaterThan(30);
});

it('no page asks a user for pnpm', () => {
  for (const page of pages.filter((name) => !/^(soak|CONTRIBUTING|docs[\\/]reliability)/.test(name))) {
    expect(readFileSync(join(root, page), 'utf8').match(/^.*\bpnpm [a-z-].*$/gm) ?? [], page).toEqual([]);
  }
});

it('the README lists every command, as its help does', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replace(/ +/g, ' ');
  for (const { examples, summary } of commands) expect(readme).toContain(`\n| \`${examples[0]}\` | ${summary} |\n`);
});
