import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { unlicensed } from '../scripts/release/dependencies.mjs';
import { newsOf } from '../scripts/pack.mjs';
import { faultsOfManifest, faultsOfPackage } from '../scripts/release/tarballs.mjs';
import { shellOf } from '../scripts/release/workflow.mjs';
import { writeLicences } from '../scripts/third-party-licences';

// What `npm run release:rehearse` checks, on packages with a fault. The rehearsal itself is not part of `npm test`.

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: { [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-release-checks-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The files of a package without faults, and what is changed. */
const published = ({ manifest = {}, ...files }: { manifest?: object; [path: string]: string | object | undefined }) =>
  faultsOfPackage(
    folderWith({
      'package.json': JSON.stringify({ name: '@hrm/layers', version: '0.1.0', ...manifest }),
      ...{ LICENSE: 'Apache', 'README.md': '# Layers', 'CHANGELOG.md': '# Layers', 'dist/index.js': 'export {};' },
      ...(files as { [path: string]: string }),
    }),
  ) as string[];

describe('a published package', () => {
  it('without faults has none', () => {
    expect(published({})).toEqual([]);
    expect(published({ manifest: { dependencies: { '@hrm/data': '^0.1.0', zod: '^4.1.0' } } })).toEqual([]);
  });

  it.for([
    [join(homedir(), 'hrm/src/index.ts'), 'dist/index.js names a path of this machine'],
    ["import '/home/somebody/hrm.js'", 'dist/index.js names a path of this machine'],
    ['// ../../node_modules/.pnpm/zod@4.1.0/node_modules/zod/index.js', 'It contains zod, whose licence is not in'],
  ] as const)('names no path and no unlicensed code: %s', ([text, fault], { expect }) => {
    expect(published({ 'dist/index.js': `${text}\n` }).join()).toContain(fault);
  });

  it('may contain code by others with its licence', () => {
    const bundled = '// ../../node_modules/.pnpm/@a+b@1.0.0/node_modules/@a/b/index.js\n';
    const licences = '# Licences\n\n## @a/b 1.0.0 (MIT)\n';
    expect(published({ 'dist/index.js': bundled, 'dist/THIRD-PARTY-NOTICES.md': licences })).toEqual([]);
  });

  it('has the licences of its pages', () => {
    const faults = published({ manifest: { name: '@hrm/cli' }, NOTICE: '', 'dist/run-page.html': '\n## preact 11\n' });
    expect(faults).toContain('dist/run-page.html does not have the licence of uplot');
    expect(faults).not.toContain('dist/run-page.html does not have the licence of preact');
    expect(published({ manifest: { name: '@hrm/weights' } })).toEqual(['NOTICE is missing']);
  });

  it('has no tests or source maps', () => {
    expect(published({ 'dist/index.js.map': '{}', 'test/a.test.ts': '' }).sort()).toEqual([
      'dist/index.js.map is in it',
      'test/a.test.ts is in it',
    ]);
  });

  it('asks for other packages as npm understands it, and for ours of its own version', () => {
    const dependencies = { '@hrm/data': '^0.0.9', zod: 'catalog:', '@hrm/act': 'workspace:^' };
    expect(published({ manifest: { dependencies } })).toEqual([
      'it asks for @hrm/data ^0.0.9, not ^0.1.0',
      'its range of zod is catalog:',
      'its range of @hrm/act is workspace:^',
    ]);
  });
});

describe('a manifest', () => {
  const good = {
    name: '@hrm/layers',
    publishConfig: { access: 'public', provenance: true },
    repository: { url: 'git+https://github.com/hrm-ts/hrm.git', directory: 'packages/layers' },
    license: 'Apache-2.0',
    engines: { node: '>=20.19' },
    peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' },
  };

  it.for([
    [{}, ''],
    [{ publishConfig: { access: 'public' } }, 'publishConfig.provenance is not true'],
    [{ publishConfig: { provenance: true } }, 'publishConfig.access is not public'],
    [{ repository: undefined }, 'npm needs repository.url and .directory'],
    [{ license: 'UNLICENSED' }, 'its licence is UNLICENSED'],
    [{ engines: undefined }, 'engines.node is undefined'],
    [{ peerDependencies: { koffi: '2.0.0' } }, 'the peer koffi may have no version but 2.0.0'],
  ] as const)('with %j: %s', ([change, fault], { expect }) => {
    const faults = faultsOfManifest({ ...good, ...change }) as string[];
    expect(faults).toEqual(fault ? [`@hrm/layers: ${fault}`] : []);
  });
});

it('a dependency has a licence of the list', () => {
  const component = (name: string, license?: object) => ({ name, version: '1.0.0', licenses: license && [license] });
  const faults = unlicensed([
    component('good', { license: { id: 'MIT' } }),
    component('either', { expression: '(MIT OR Apache-2.0)' }),
    component('bad', { license: { id: 'GPL-3.0-only' } }),
    component('silent'),
  ]) as string[];
  expect(faults).toEqual([
    'bad 1.0.0: its licence, GPL-3.0-only, is not on the list',
    'silent 1.0.0: its licence, which it does not name, is not on the list',
  ]);
});

describe('the licences of bundled packages', () => {
  /** Ends a build of esbuild that bundled one file of a package with these files. */
  function build(files: { [path: string]: string }) {
    const folder = folderWith(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/a/${path}`, text])),
    );
    const inputs = { 'src/index.ts': {}, [join(folder, 'node_modules/a/index.js')]: {} };
    writeLicences({ into: join(folder, 'dist') }).setup({
      onEnd: (done) => done({ metafile: { outputs: { 'dist/index.js': { inputs } } } }),
    });
    return readFileSync(join(folder, 'dist/THIRD-PARTY-NOTICES.md'), 'utf8');
  }

  it('are in a file next to the bundle', () => {
    const manifest = JSON.stringify({ name: 'a', version: '1.2.3', license: 'MIT' });
    expect(build({ 'package.json': manifest, LICENSE: 'Permission is granted' })).toContain(
      '## a 1.2.3 (MIT)\n\nPermission is granted\n',
    );
    expect(build({ 'package.json': manifest, 'README.md': '# a\n\nLICENSE (MIT)\n---\n\nYou may.' })).toContain(
      'You may.',
    );
  });

  it('have to be known', () => {
    const manifest = JSON.stringify({ name: 'a', version: '1.2.3', license: 'MIT' });
    expect(() => build({ 'package.json': manifest })).toThrow(
      'a 1.2.3 is bundled, but the text of its licence is not in it',
    );
  });
});

it('a release on GitHub has the news of its version', () => {
  const changelog = '# @hrm/act\n\n## 0.2.0\n\n### Minor Changes\n\nNew.\n\n- More.\n\n## 0.1.0\n\nOld.\n';
  expect(newsOf(changelog)).toBe('### Minor Changes\n\nNew.\n\n- More.');
  expect(newsOf('# @hrm/act\n\n## 0.1.0\n\nOld.\n')).toBe('Old.');
});

it('the rehearsal runs the lines of release.yml that pack and publish', () => {
  expect(shellOf('pack')).toContain('scripts/pack.mjs packed');
  expect(shellOf('publish')).toMatch(/npm publish .*--provenance/);
  expect(shellOf('announce')).toMatch(/gh release create .*"\$tarball" sbom\.cdx\.json .*--notes-file "\$tarball\.md"/);
});
