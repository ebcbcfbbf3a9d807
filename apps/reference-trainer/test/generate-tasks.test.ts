import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataGenerateCommand } from '../src/commands/data-generate';
import { taskOptions } from '../src/config/task-options';
import { standardTasks } from '../src/run/parts/standard-tasks';

const defaults = { set: [], train: '5', test: '2', seed: '0', imports: [], allowImports: false, json: false };
const generate = (task: string, set: string[] = []) => {
  const out = join(mkdtempSync(join(tmpdir(), 'hrm-generate-')), 'data');
  return dataGenerateCommand.run({ ...defaults, task, set, out }).then(() => out);
};

it('the options of every standard task are described', () => {
  expect(Object.keys(taskOptions).sort()).toEqual(Object.keys(standardTasks).sort());
});

it.each(['addition', 'sorting', 'parity', 'dyck', 'countdown', 'queens', 'coloring', 'life'])(
  'hrm data generate makes puzzles of %s, and says of which task they are',
  async (task) => {
    const out = await generate(task);
    expect(JSON.parse(readFileSync(join(out, 'task.json'), 'utf8'))).toEqual({ kind: task });
    const { seq_len } = JSON.parse(readFileSync(join(out, 'train/dataset.json'), 'utf8')) as { seq_len: number };
    expect(seq_len).toBe(standardTasks[task as 'addition']({}).seqLen);
  },
);

it('hrm data generate names the right option or task for a misspelled one', async () => {
  await expect(generate('addition', ['digit=3'])).rejects.toThrow('digit is not known; did you mean digits?');
  await expect(generate('adition')).rejects.toThrow('did you mean addition?');
  await expect(generate('queens', ['size=4'])).rejects.toThrow('only 2 different puzzles were found');
});
