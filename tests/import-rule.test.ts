import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The lines that break a rule, each with the file it is added to and the rules that must refuse it. */
const broken: { file: string; line: string; rules: string[] }[] = [
  {
    file: 'packages/files/src/file-format-error.ts',
    line: `import { describeValue } from '@hrm/layers';`,
    rules: ['files-imports-only-no-other-package'],
  },
  {
    file: 'packages/layers/src/linear.ts',
    line: `import { Trainer } from '@hrm/trainer';`,
    rules: ['layers-imports-only-no-other-package'],
  },
  {
    file: 'packages/recursion/src/latents.ts',
    line: `export type { Carry } from '@hrm/act';`,
    rules: ['recursion-imports-only-layers'],
  },
  {
    file: 'packages/act/src/segment/carry.ts',
    line: `export const later = () => import('@hrm/models');`,
    rules: ['act-imports-only-layers-recursion-data'],
  },
  {
    file: 'packages/models/src/hrm.ts',
    line: `import { generateSudoku } from '@hrm/data-sudoku-maze';`,
    rules: ['models-imports-only-files-layers-recursion-act'],
  },
  {
    file: 'packages/models/src/trm.ts',
    line: `import { Linear } from '@hrm/layers/src/linear';`,
    rules: ['no-deep-import', 'no-unresolvable-import'],
  },
  {
    file: 'packages/trainer/src/metrics.ts',
    line: `import { selectBackend } from '@hrm/runtime';`,
    rules: [
      'trainer-imports-only-files-layers-recursion-data-act-models-distributed',
      'no-node-only-module-in-browser-code',
    ],
  },
  {
    file: 'packages/trainer/src/trainer.ts',
    line: `import { rmsNorm } from '../../layers/src/norms/rms-norm';`,
    rules: ['no-deep-import'],
  },
  {
    file: 'packages/trainer/src/evaluation/evaluate.ts',
    line: `import { saveCheckpoint } from '../checkpoint';`,
    rules: ['no-node-only-module-in-browser-code'],
  },
  {
    file: 'packages/runtime/src/compile/compile.ts',
    line: `import { rmsNorm } from '@hrm/layers';`,
    rules: ['runtime-imports-only-files'],
  },
  {
    file: 'packages/data/src/seeded-random.ts',
    line: `import { readFileSync } from 'fs';`,
    rules: ['no-node-in-browser-code'],
  },
  {
    file: 'packages/data-sudoku-maze/src/verdict.ts',
    line: `import { RandomStream } from '@hrm/layers';`,
    rules: ['data-sudoku-maze-imports-only-files-data'],
  },
  {
    file: 'packages/data-arc/src/grids/arc-grid.ts',
    line: `import { verifySudoku } from '@hrm/data-sudoku-maze';`,
    rules: ['data-arc-imports-only-files-data'],
  },
  {
    file: 'packages/data-small-tasks/src/index.ts',
    line: `import { verifySudoku } from '@hrm/data-sudoku-maze';`,
    rules: ['data-small-tasks-imports-only-data'],
  },
  {
    file: 'packages/weights/src/browser.ts',
    line: `import { loadModel } from '@hrm/models';`,
    rules: ['weights-imports-only-no-other-package'],
  },
  {
    file: 'packages/distributed/src/one-process.ts',
    line: `import { connectMpi } from './mpi/connect-mpi';`,
    rules: ['no-node-only-module-in-browser-code'],
  },
  {
    file: 'packages/distributed/src/communicator.ts',
    line: `export type { Trainer } from '@hrm/trainer';`,
    rules: ['distributed-imports-only-no-other-package'],
  },
  {
    file: 'packages/new/src/index.ts',
    line: `import { nothing } from './nothing';`,
    rules: ['unknown-package'],
  },
  {
    file: 'apps/playground/src/main.tsx',
    line: `import { hrm } from '@hrm/cli/internal';`,
    rules: ['only-the-laboratory-imports-an-app'],
  },
  {
    file: 'packages/data/src/tokens.ts',
    line: `import { verifySudoku } from '@hrm/data-sudoku-maze';`,
    rules: ['data-imports-only-files'],
  },
  {
    file: 'packages/act/src/segment/run-segment.ts',
    line: `import { replayParityCase } from '../../../../apps/laboratory/src/parity/replay-parity-case';`,
    rules: ['nobody-imports-an-app', 'no-deep-import'],
  },
  {
    file: 'apps/reference-trainer/src/commands/demo.ts',
    line: `import { trainCommand } from './train';`,
    rules: ['no-command-imports-another'],
  },
  {
    file: 'apps/reference-trainer/src/bench/run-bench.ts',
    line: `export const replay = () => import('../../../laboratory/src/parity/replay-parity-case');`,
    rules: ['only-the-laboratory-imports-an-app', 'no-deep-import'],
  },
  {
    file: 'apps/ui/src/polyline.ts',
    line: `export const page = () => import('../../playground/src/session/session');`,
    rules: ['only-the-laboratory-imports-an-app', 'no-deep-import'],
  },
  {
    file: 'apps/laboratory/src/main.ts',
    line: `import { hrm } from '../../reference-trainer/src/main';`,
    rules: ['no-deep-import'],
  },
  {
    file: 'packages/layers/src/feed-forward/swiglu.ts',
    line: `import '@tensorflow/tfjs-backend-wasm';`,
    rules: ['no-backend-in-a-library', 'no-undeclared-dependency'],
  },
  {
    file: 'packages/layers/src/autodiff/mat-mul.ts',
    line: `import fc from 'fast-check';`,
    rules: ['no-undeclared-dependency'],
  },
  {
    file: 'packages/layers/src/norms/rms-norm.ts',
    line: `import { expect } from 'vitest';`,
    rules: ['no-test-code-in-a-library'],
  },
  {
    file: 'examples/own-layer.ts',
    line: `import { expectSizes } from '@hrm/layers/internal';`,
    rules: ['no-internal-entry-in-examples'],
  },
  {
    file: 'packages/layers/src/attention/attention.ts',
    line: `import { checkGradients } from '../testing';`,
    rules: ['no-test-code-in-a-library'],
  },
  {
    file: 'packages/layers/src/checks/shape-error.ts',
    line: `import { nothing } from './missing';`,
    rules: ['no-unresolvable-import'],
  },
  {
    file: 'packages/trainer/test/checkpoint/small-checkpoint.ts',
    line: `import { SimulatedDisk } from '../../../files/src/node/file-system';`,
    rules: ['no-deep-import-from-tests'],
  },
  {
    file: 'packages/recursion/src/recursion-core.ts',
    line: `import { RecursionCore } from './recursion-core-cycle';`,
    rules: ['no-circular-import'],
  },
  {
    file: 'packages/layers/src/blocks/residual.ts',
    line: `export type { PostNorm } from './post-norm';`,
    rules: ['no-circular-import'],
  },
];

/** Files that a broken line needs, so that it breaks just the rules it is meant to break. */
const added = {
  'packages/new/src/nothing.ts': 'export const nothing = 0;',
  'packages/recursion/src/recursion-core-cycle.ts': `export { RecursionCore } from './recursion-core';`,
};

const copy = mkdtempSync(join(tmpdir(), 'hrm-import-rule-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Copies the workspace's sources; what npm brought stays where it is and is linked. */
beforeAll(() => {
  for (const file of ['.dependency-cruiser.cjs', 'package.json']) cpSync(join(root, file), join(copy, file));
  const isMade = (path: string) => ['node_modules', 'dist', '.turbo'].includes(basename(path));
  for (const group of ['packages', 'apps', 'examples', 'tests', 'scripts'].filter((name) =>
    existsSync(join(root, name)),
  )) {
    cpSync(join(root, group), join(copy, group), { recursive: true, filter: (path) => !isMade(path) });
  }
  const members = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(copy, group)).map((name) => join(group, name)),
  );
  for (const folder of ['.', ...members, 'examples', 'tests']) linkDependencies(folder);
});

function linkDependencies(folder: string): void {
  const installed = join(root, folder, 'node_modules');
  const linked = join(copy, folder, 'node_modules');
  if (!existsSync(installed)) return;
  mkdirSync(join(linked, '@hrm'), { recursive: true });
  for (const name of readdirSync(installed).filter((name) => name !== '@hrm' && !name.startsWith('.'))) {
    symlinkSync(join(installed, name), join(linked, name), 'junction');
  }
  const ours = existsSync(join(installed, '@hrm')) ? readdirSync(join(installed, '@hrm')) : [];
  for (const name of ours) {
    const group = existsSync(join(root, 'packages', name)) ? 'packages' : 'apps';
    symlinkSync(join(copy, group, name), join(linked, '@hrm', name), 'junction');
  }
}

interface Violation {
  from: string;
  rule: { name: string };
  /** Of circular imports: all modules of the circle, which is reported at one of them. */
  cycle?: { name: string }[];
}

const concerns = ({ from, cycle = [] }: Violation, file: string) =>
  from === file || cycle.some(({ name }) => name === file);

/** Runs the command of `npm run check:imports` in the copy. */
function checkImports(...options: string[]): { output: string; failed: boolean } {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [program, ...words] = scripts['check:imports']!.split(' ');
  const run = spawnSync(join(root, 'node_modules/.bin', program!), [...words, ...options], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { output: run.stdout + run.stderr, failed: run.status !== 0 };
}

function violations(): Violation[] {
  const report = JSON.parse(checkImports('--output-type', 'json').output) as { summary: { violations: Violation[] } };
  return report.summary.violations;
}

test('the rule of each package is broken once', () => {
  const rules = broken.flatMap(({ rules }) => rules);
  const unbroken = readdirSync(join(root, 'packages')).filter(
    (name) => !rules.some((rule) => rule.startsWith(`${name}-imports-only-`)),
  );
  expect(unbroken).toEqual([]);
});

test('the workspace keeps the import rule', () => {
  expect(violations()).toEqual([]);
});

test('each broken import is refused, by name', () => {
  for (const [file, content] of Object.entries(added)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    appendFileSync(join(copy, file), content);
  }
  for (const { file, line } of broken) appendFileSync(join(copy, file), `\n${line}\n`);

  const { output, failed } = checkImports();
  expect(failed, output).toBe(true);

  const found = violations();
  for (const { file, line, rules } of broken) {
    const refusing = found.filter((violation) => concerns(violation, file)).map(({ rule }) => rule.name);
    expect([...new Set(refusing)].sort(), `${file}: ${line}`).toEqual([...rules].sort());
  }
  expect(found.filter((violation) => !broken.some(({ file }) => concerns(violation, file)))).toEqual([]);
});
