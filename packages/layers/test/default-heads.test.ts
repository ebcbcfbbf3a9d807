import { describe, expect, it } from 'vitest';
import { defaultHeads } from '../src/attention/default-heads';

describe('defaultHeads', () => {
  it('is hiddenSize / 64 if that is a whole number, or its rounding if that divides', () => {
    for (let hiddenSize = 1; hiddenSize <= 2048; hiddenSize++) {
      const heads = defaultHeads(hiddenSize);
      expect(hiddenSize % heads).toBe(0);
      if (hiddenSize % 2 === 0) expect((hiddenSize / heads) % 2).toBe(0);
      const rounded = Math.max(1, Math.round(hiddenSize / 64));
      const fits = hiddenSize % rounded === 0 && (hiddenSize % 2 === 1 || (hiddenSize / rounded) % 2 === 0);
      if (fits) expect(heads).toBe(rounded);
    }
  });

  it.each([
    [160, 2],
    [176, 2],
    [184, 2],
    [90, 1],
    [512, 8],
  ])('of %d is %d', (hiddenSize, heads) => expect(defaultHeads(hiddenSize)).toBe(heads));
});
