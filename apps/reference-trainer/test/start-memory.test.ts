import { setTimeout } from 'node:timers/promises';
import { Trainer } from '@hrm/trainer';
import { afterEach, expect, it, vi } from 'vitest';
import { collectGarbage } from '../src/process/collect-garbage';
import { writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('start-memory');

vi.mock(import('../src/process/collect-garbage'), async (original) => {
  const real = await original();
  return { collectGarbage: vi.fn(real.collectGarbage) };
});
const collected = vi.mocked(collectGarbage);
afterEach(() => void vi.restoreAllMocks());

const MIB = 2 ** 20;

/** MiB of arrays that are still in use. V8 frees and counts on another thread, so waits until nothing changes. */
async function arrays(): Promise<number> {
  for (let [before, same] = [-1, 0]; ;) {
    collectGarbage();
    await setTimeout(20);
    const { arrayBuffers } = process.memoryUsage();
    same = arrayBuffers === before ? same + 1 : 0;
    if (same === 3) return arrayBuffers / MIB;
    before = arrayBuffers;
  }
}

it('unused arrays are freed', async () => {
  const before = await arrays();
  let unused: Uint8Array[] | undefined = Array.from({ length: 10 }, () => new Uint8Array(MIB));
  expect((await arrays()) - before).toBeGreaterThan(9);
  expect(unused).toHaveLength(10);
  unused = undefined;
  expect((await arrays()) - before).toBeLessThan(1);
});

it('neither a new nor a resumed run keeps weights in JavaScript when its first step begins', async () => {
  // 3 MiB of weights; checkpoints hold four times as much. Tensors are in WebAssembly's memory.
  writeQuickConfig('large.json', { model: { hiddenSize: 128, hLayers: 2, lLayers: 2 } });
  const trainBatch = Trainer.prototype.trainBatch; // eslint-disable-line @typescript-eslint/unbound-method
  const arraysAtFirstStep = async (...args: string[]) => {
    const before = await arrays();
    collected.mockClear();
    vi.spyOn(Trainer.prototype, 'trainBatch').mockImplementationOnce(async function (this: Trainer, batch) {
      expect(collected).toHaveBeenCalledOnce();
      expect((await arrays()) - before).toBeLessThan(1);
      return trainBatch.call(this, batch);
    });
    const { status, stderr } = await runInProcess(['train', ...args, '--backend', 'wasm', '--out', 'run']);
    expect(status, stderr).toBe(0);
  };
  await arraysAtFirstStep('large.json', '--max-steps', '1');
  await arraysAtFirstStep('--resume', '--max-steps', '2');
});
