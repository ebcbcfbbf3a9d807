import { join } from 'node:path';
import { ranksInProcess } from '@hrm/distributed';
import { DEFAULT_PRODUCTS, describeProducts, fastestBfloat16Products, productsInUse } from '@hrm/runtime/internal';
import { readCheckpoint, writeCheckpoint, type JsonValue } from '@hrm/trainer/checkpoint';
import { describe, expect, it } from 'vitest';
import { preparePrecision, recordedProducts } from '../src/engine/precision';
import { thisRunMachine } from '../src/run/checkpoint/run-machine';
import { Terminal } from '../src/terminal/terminal';
import { isNativeSetUp } from './native';
import { writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('bfloat16-products');

const inBfloat16 = { precision: 'bfloat16' } as const;
const usual = describeProducts(DEFAULT_PRODUCTS);
const other = describeProducts({ weights: 'float32', weightGradients: 'float32', attention: 'float32', attentionGradients: 'float32' }); // prettier-ignore

it('a checkpoint without a record was computed by the default methods; one in float32 says nothing', () => {
  expect(recordedProducts({ bfloat16: other }, inBfloat16)).toBe(other);
  expect(recordedProducts({}, inBfloat16)).toBe(usual);
  expect(recordedProducts(undefined, inBfloat16)).toBe(usual);
  expect(recordedProducts({ bfloat16: other }, { precision: 'float32' })).toBeUndefined();
});

describe.runIf(isNativeSetUp)('on native TensorFlow', () => {
  const xla = { compileMode: 'xla' } as const;

  it('what the run has recorded is used, else the fastest of this machine, and by all ranks that of rank 0', async () => {
    const fastest = (await fastestBfloat16Products())!.products;
    const quiet = new Terminal(true);
    expect(await preparePrecision(xla, inBfloat16, quiet)).toEqual({ ...xla, products: fastest });
    const { products } = await preparePrecision(xla, inBfloat16, quiet, { recorded: other });
    expect(describeProducts(products!)).toBe(other);
    expect(await preparePrecision(xla, inBfloat16, quiet, { recorded: 'more=fast' })).toEqual({ ...xla, products: fastest });
    expect(await preparePrecision(xla, { precision: 'float32' }, quiet)).toBe(xla);
    const eager = { compileMode: 'eager' } as const;
    expect(await preparePrecision(eager, inBfloat16, quiet)).toBe(eager);
    const ofRanks = await Promise.all(
      ranksInProcess(2).map((communicator) => preparePrecision(xla, inBfloat16, quiet, { communicator })),
    );
    expect(ofRanks).toEqual([{ ...xla, products: fastest }, { ...xla, products: fastest }]);
    const engine = { ...xla, backend: { name: 'tensorflow', device: 'CPU', why: '' }, threads: undefined, products: fastest } as const;
    expect(thisRunMachine(engine)).toMatchObject({ bfloat16: describeProducts(fastest) });
  }); // prettier-ignore

  it('a resumed run multiplies as its checkpoint says, and says so', async () => {
    writeQuickConfig('quick.json', { model: inBfloat16 });
    const train = async (...args: string[]) => {
      const { status, stdout, stderr } = await runInProcess(['train', ...args, '--out', 'run', '--max-steps', '2']);
      expect(status, stderr).toBe(0);
      return stdout;
    };
    await train('quick.json', '--backend', 'wasm');
    const folder = join('run', 'checkpoints');
    const { step, files, state, metric } = await readCheckpoint(join(folder, 'checkpoint-00000002'));
    const changed = { ...(state as { [key: string]: JsonValue }), machine: { bfloat16: other } };
    await writeCheckpoint(folder, { step, files, state: changed, metric: metric! });
    // No step is left, so nothing is compiled.
    const said = await train('--resume', '--backend', 'native');
    expect(said).toContain(`Products in bfloat16: ${other} (as recorded in the run; this machine is faster with `);
    expect(said).not.toContain('The machine or version has changed');
    expect(describeProducts(productsInUse())).toBe(other);
  });
});
