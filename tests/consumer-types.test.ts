import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A program of a user's, type-checked against the built declarations as their compiler would: by their version of TypeScript,
// with their way to resolve modules, as strictly as it goes.

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'tests/dist/consumer');
const require = createRequire(import.meta.url);
const compilers = {
  '5.9': join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'),
  '7': join(dirname(require.resolve('typescript-7/package.json')), 'bin/tsc'),
};

/** Every entry of every package, as `@hrm/act/testing`. */
const entries = readdirSync(join(root, 'packages')).flatMap((name) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
    name: string;
    exports: { [entry: string]: unknown };
  };
  const modules = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
  return modules.map((entry) => manifest.name + entry.slice(1));
});

const usage = `
import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, type HaltingController } from '@hrm/act';
import { Linear, mixerBlock, RandomStream, type BlockFactory, type Layer } from '@hrm/layers';
import { hrm, type Solution } from '@hrm/models';
import { oneStepGradient, type RecursionSchedule } from '@hrm/recursion';
import { adamAtan2, Trainer } from '@hrm/trainer';

const block: BlockFactory = mixerBlock({ expansion: 2 });
const schedule: RecursionSchedule = oneStepGradient({ hCycles: 2, lCycles: 2 });
const model = hrm({ vocabSize: 6, seqLen: 16, hiddenSize: 16, block, schedule, halting: fixedSteps(2) });
const solution: Promise<Solution> = model.solve([1, 2, 3]);
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 1e-4, weightDecay: 1 }) });
const layer: Layer = new Linear({ inputSize: 2, outputSize: 3, random: new RandomStream(0) });
const answers: Parameters<HaltingController['decide']>[0]['answer'] = () => tf.zeros<tf.Rank.R2>([2, 3], 'int32');

// Where a compiler finds no types it takes everything for any, and none of these for the error that it is.
// @ts-expect-error
hrm({ vocabSize: 6, seqLen: 16, hiddenSize: '16' });
// @ts-expect-error
mixerBlock({ heads: 2 });
// @ts-expect-error
oneStepGradient({ hCycles: 2 });
// @ts-expect-error
new Trainer(model, {});
// @ts-expect-error
const wrong: string = model.hiddenSize;

export { answers, layer, solution, trainer, wrong };
`;

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';`);
  const all = `export const entries: object[] = [${entries.map((_, i) => `entry${i}`).join(', ')}];`;
  writeFileSync(join(folder, 'entries.ts'), [...imports, all, ''].join('\n'));
  writeFileSync(join(folder, 'usage.ts'), usage);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a compiler has to say. */
async function complaints(version: keyof typeof compilers, options: Record<string, string | boolean>): Promise<string> {
  const config = join(folder, `tsconfig.${version}.json`);
  const compilerOptions = {
    ...{ target: 'es2022', strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
    ...{ verbatimModuleSyntax: true, isolatedModules: true, noEmit: true, types: ['node'], ...options },
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['entries.ts', 'usage.ts'] }));
  return new Promise((done) => {
    execFile(
      process.execPath,
      [compilers[version], '--pretty', 'false', '-p', config],
      { cwd: folder },
      (_, stdout, stderr) => done(stdout + stderr),
    );
  });
}

const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
const bundler = { module: 'esnext', moduleResolution: 'bundler' };

test('the compilers are those that the test names', async () => {
  for (const [version, program] of Object.entries(compilers)) {
    const { version: installed } = JSON.parse(readFileSync(join(dirname(program), '../package.json'), 'utf8')) as {
      version: string;
    };
    expect(installed.startsWith(`${version}.`)).toBe(true);
  }
  expect(entries).toEqual(expect.arrayContaining(['@hrm/act', '@hrm/act/testing', '@hrm/trainer/checkpoint']));
});

test.for([
  ['5.9', 'nodenext', nodenext],
  ['7', 'nodenext', nodenext],
  ['7', 'bundler', bundler],
] as const)('TypeScript %s with %s takes the packages, and knows their types', async ([version, , options]) => {
  expect(await complaints(version, { ...options, skipLibCheck: true })).toBe('');
});

test('the declarations themselves are sound', async () => {
  // Those of TensorFlow.js are not: they miss Long, and bring types of WebGPU that the newer library of TypeScript has too.
  const found = (await complaints('7', { ...nodenext, skipLibCheck: false })).split('\n');
  expect(found.filter((line) => /packages\/|^(entries|usage)\.ts/.test(line))).toEqual([]);
});
