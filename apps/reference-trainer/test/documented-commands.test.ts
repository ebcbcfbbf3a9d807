import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hrm } from '../src/main';
import { expectDocumented, expectListed, pages, root } from './documented-command-lines';

it('the command lines of the documentation are such as the command takes', () => expectDocumented(hrm, { least: 31 }));

it('no page asks a user for pnpm', () => {
  for (const page of pages.filter((name) => !/^(soak|CONTRIBUTING|docs[\\/]reliability)/.test(name))) {
    expect(readFileSync(join(root, page), 'utf8').match(/^.*\bpnpm [a-z-].*$/gm) ?? [], page).toEqual([]);
  }
});

it('the README lists every command, as its help does', () => expectListed(hrm, 'README.md'));
