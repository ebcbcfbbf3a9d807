import type { SearchOptions, TriesOptions } from '@hrm/models';
import { expect, it, vi } from 'vitest';
import { writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('think-longer');

/** The options that the command gives to a thinker. */
const given: (SearchOptions | TriesOptions)[] = [];
vi.mock('@hrm/models', async (original) => {
  const models = await original<typeof import('@hrm/models')>();
  const thinker: typeof models.thinker = (...args) => {
    const thinking = models.thinker(...args);
    return {
      ...thinking,
      tries: (puzzles, options = {}) => (given.push(options), thinking.tries(puzzles, options)),
      search: (puzzles, options) => (given.push(options), thinking.search(puzzles, options)),
    };
  };
  return { ...models, thinker };
});

it.each(['softmax', 'stablemax'])('searches by %s where the run was trained with it', async (tokenLoss) => {
  writeQuickConfig('quick.json', { training: { tokenLoss } });
  const backend = ['--backend', 'cpu'];
  expect((await runInProcess(['train', 'quick.json', '--out', tokenLoss, '--max-steps', '1', ...backend])).status).toBe(0);
  const solve = ['solve', '--run', tokenLoss, ...backend, '--segments', '1', '1... ..3. .4.. ...2'];
  expect((await runInProcess([...solve, '--search'])).status).toBe(0);
  expect(given.at(-1)).toMatchObject({ probabilities: tokenLoss, batchSize: 64 });
  expect((await runInProcess([...solve, '--tries', '2'])).status).toBe(0);
  expect(given.at(-1)).toMatchObject({ tries: 2, batchSize: 64 });
}); // prettier-ignore
