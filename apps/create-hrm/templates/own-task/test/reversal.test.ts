import { describeTask } from '@hrm/data/testing';
import { expect, test } from 'vitest';
import { reversal } from '../src/reversal.ts';

// Tests that questions survive being written and read, that examples fit and are reproducible, and that `verify` accepts
// their answers and refuses empty ones.
describeTask('reversal', reversal);

test('a word of other letters is an error that says what is expected', () => {
  expect(() => reversal.encode('xyz')).toThrow('Expected a word of 5 of the letters abcd');
});
