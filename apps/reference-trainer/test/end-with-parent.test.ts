import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endingWithParent } from '../src/process/end-with-parent';
import { builtProgram } from './run-hrm';

it('a run of a sweep ends if the sweep has stopped it before it could listen', async () => {
  // It would wait for a puzzle on stdin.
  const child = spawn(process.execPath, [builtProgram(new URL('../dist/hrm.js', import.meta.url)), 'solve'], {
    env: endingWithParent(),
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit');
  child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  expect(await ended).toEqual([143, null]);
  clearTimeout(late);
});
