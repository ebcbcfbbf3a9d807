import { expect, test } from 'vitest';
import { parts, type PartName } from '../src/explanation/parts';
import { codeLines, linesOf } from '../src/explanation/seed-algorithm';

test.each(Object.keys(parts) as PartName[])('%s has its lines, and its words, in examples/by-hand.ts', (name) => {
  const lines = linesOf(name).map((index) => codeLines[index]);
  expect(lines).not.toContain(undefined);
  const { words } = parts[name];
  if (words) for (const line of lines) expect(line).toContain(words);
});
