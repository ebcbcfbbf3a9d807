import { expect, test } from 'vitest';
import { AllocationBudget } from '../src/allocation-budget';
import { readPickle } from '../src/pickle/pickle-reader';
import { PickleDict, PickleFloat, PickleSequence } from '../src/pickle/pickle-values';
import { PickleWriter } from '../src/pickle/pickle-writer';
import { bytesOf } from './torch-file';

function read(pickle: Uint8Array): unknown {
  const nothing = (): never => {
    throw new Error('no persistent ids here');
  };
  return readPickle(pickle, { globals: [], loadPersistent: nothing, offset: 0, budget: new AllocationBudget(0, 'x') });
}

// Written by Python's pickle.dumps(value, protocol=2).
test('values as Python pickles them', () => {
  const integers = bytesOf(0x80, 2, '(K', 0, 'K', 255, 'M', 0, 1, 'M', 255, 255, 'J', 0, 0, 1, 0, 'J', 255, 255, 255, 255, 'J', 0, 0, 0, 128, 0x8a, 5, 0, 0, 0, 128, 0, 0x8a, 7, 255, 255, 255, 255, 255, 255, 0x1f, 0x8a, 6, 0, 0, 0, 0, 0, 255, 0x8a, 0, 't.'); // prettier-ignore
  expect(read(integers)).toEqual(
    new PickleSequence('tuple', [0, 255, 256, 65535, 65536, -1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, -(2 ** 40), 0]),
  );
  const others = bytesOf(0x80, 2, ']q', 0, '(N', 0x88, 0x89, 'G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 'X', 2, 0, 0, 0, 0xc2, 0xb5, ')e.'); // prettier-ignore
  expect(read(others)).toEqual(
    new PickleSequence('list', [null, true, false, new PickleFloat(1.5), 'µ', new PickleSequence('tuple', [])]),
  );
});

test('values stored in the memo and recalled are the same objects', () => {
  const [first, second, third] = (read(bytesOf(0x80, 2, '}q', 7, 'h', 7, 'r', 0, 1, 0, 0, 'j', 0, 1, 0, 0, 0x87, '.')) as PickleSequence).items; // prettier-ignore
  expect(first).toBeInstanceOf(PickleDict);
  expect(second).toBe(first);
  expect(third).toBe(first);
});

test('integers that the writer writes are read back', () => {
  const integers = [0, 1, 255, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
  expect(read(new PickleWriter().integers(integers).finish())).toEqual(new PickleSequence('tuple', integers));
});
