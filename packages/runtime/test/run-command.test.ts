import { expect, test } from 'vitest';
import { runCommand } from '../src/native/run-command';

const waitingTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('a missing program leaves no timer that keeps this process running', async () => {
  const before = waitingTimers();
  const tries = Array.from({ length: 8 }, () => runCommand('hrm-no-such-program', [], { timeoutMs: 60_000 }));
  for (const { missing, code } of await Promise.all(tries))
    expect({ missing, code }).toEqual({ missing: true, code: -1 });
  expect(waitingTimers() - before).toBeLessThan(8);
});

test('a program that takes too long is ended and counts as failed', async () => {
  const started = performance.now();
  const words = ['-e', 'setTimeout(() => {}, 30_000)'];
  const { missing, code } = await runCommand(process.execPath, words, { timeoutMs: 200 });
  expect({ missing, code }).toEqual({ missing: false, code: -1 });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('an aborted signal ends the program, and its reason is thrown', async () => {
  const controller = new AbortController();
  const words = ['-e', 'setTimeout(() => {}, 30_000)'];
  const running = runCommand(process.execPath, words, { signal: controller.signal, timeoutMs: 60_000 });
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});
