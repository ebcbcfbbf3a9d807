import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isNativeSetUp } from './native';
import { filesOf, tensorsOf, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('precision-on-native');

it.runIf(isNativeSetUp)('trains, evaluates, solves and measures in bfloat16', async () => {
  writeQuickConfig('quick.json');
  const run = async (...args: string[]) => {
    const { status, stdout, stderr } = await runInProcess([...args, '--backend', 'native', '--json']);
    expect(status, stderr).toBe(0);
    expect(stdout + stderr).not.toContain('This backend has no bfloat16');
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as { [key: string]: unknown };
  };
  // As graphs, which compile faster than with XLA.
  const graph = ['--compile', 'graph'];
  await run('train', 'quick.json', '--out', 'exact', ...graph);
  await run('train', 'quick.json', '--out', 'rounded', '--precision', 'bfloat16', ...graph);
  await run('train', 'quick.json', '--out', 'again', '--set', 'model.precision=bfloat16', ...graph);
  expect(tensorsOf('rounded', 4)).not.toEqual(tensorsOf('exact', 4));
  expect(tensorsOf('again', 4)).toEqual(tensorsOf('rounded', 4));
  // Weights are at rest in float32.
  expect(JSON.parse(readFileSync('rounded/config.json', 'utf8'))).toMatchObject({
    config: { model: { precision: 'bfloat16' } },
  });
  const sizes = (folder: string) => Object.keys(filesOf(folder)).sort();
  expect(sizes('rounded')).toEqual(sizes('exact'));

  // The precision of the run is the default, and --precision replaces it.
  const figures = ['tokenLoss', 'exactAccuracy', 'accuracy'];
  const evaluated = async (...args: string[]) => {
    const result = await run('eval', '--until', 'end', ...graph, '--run', ...args);
    return figures.map((figure) => result[figure]);
  };
  expect(await evaluated('rounded')).toEqual(await evaluated('rounded', '--precision', 'bfloat16'));
  await evaluated('rounded', '--precision', 'float32');
  await run('solve', '--run', 'exact', '--precision', 'bfloat16', '1... ..3. .4.. ...2');
  const bench = ['bench', '--hidden', '32', '--layers', '1', '--batch', '4', '--tokens', '16', '--segments', '2'];
  const timed = await run(...bench, '--steps', '1', '--evaluations', '0', '--precision', 'bfloat16');
  expect(timed).toMatchObject({ precision: 'bfloat16', products: expect.stringMatching(/^weights=\w+ /) as string });
});
