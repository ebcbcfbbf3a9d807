import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Tests read each package's sources, so no build stands between an edit and its test. */
const alias = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(path(kind)).map((folder) => {
    const { name } = JSON.parse(readFileSync(path(`${kind}/${folder}/package.json`), 'utf8')) as { name: string };
    return { find: new RegExp(`^${name}(/[a-z-]+)?$`), replacement: path(`${kind}/${folder}/src`) + '$1' };
  }),
);

// tfjs-node breaks in worker threads, hence forks; native steps already use every core, hence few at a time.
const shared = { pool: 'forks' as const, testTimeout: 180_000, hookTimeout: 120_000 };

// Its gradients are modules that Node cannot import; see packages/layers/tsup.config.ts.
const server = { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } };

// Their files share a process: it loads TensorFlow.js and its gradients once, which takes longer than most tests.
const sharing = ['layers', 'recursion', 'act', 'models', 'trainer'];

const project = (name: string, root: string) => ({
  resolve: { alias },
  test: { ...shared, isolate: !sharing.includes(name), server, name, root: path(root), include: ['test/**/*.test.ts'] },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: path('tests/temporary-folder.ts'),
    projects: [
      ...readdirSync(path('packages')).map((name) => project(name, `packages/${name}`)),
      ...readdirSync(path('apps')).map((name) => project(name, `apps/${name}`)),
      // Of the repository as a whole. These read the built packages, as their users do.
      { test: { ...shared, name: 'repository', root: path('tests'), include: ['*.test.ts'], maxConcurrency: 2 } },
    ],
  },
});
