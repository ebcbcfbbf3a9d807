import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hrm } from '../src/main';
import { expectDocumented, expectListed, pages, root } from './documented-command-lines';

it('the command lines in the documentation are valid', () => expectDocumented(hrm, { least: 31 }));

it('no page for users needs pnpm', () => {
  for (const page of pages.filter((name) => !/^(soak|CONTRIBUTING|docs[\\/]reliability)/.test(name))) {
    expect(readFileSync(join(root, page), 'utf8').match(/^.*\bpnpm [a-z-].*$/gm) ?? [], page).toEqual([]);
  }
});

it('the README of the app lists every command as the help does', () =>
  expectListed(hrm, 'apps/reference-trainer/README.md'));
