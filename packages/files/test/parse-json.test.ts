import { expect, it } from 'vitest';
import { parseJson } from '../src/parse-json';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

it('parses JSON as JSON.parse does', () => {
  const text = JSON.stringify({ list: [1, '[['.repeat(200), '\\"[', null], text: 'a'.repeat(300) });
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson('[1, 2]', (_key, value) => (typeof value === 'number' ? value + 1 : value))).toEqual([2, 3]);
  expect(() => parseJson('[1')).toThrow(SyntaxError);
  expect(() => parseJson(`"${'[]'.repeat(200)}`)).toThrow(SyntaxError);
});

it('skips a byte order mark', () => {
  expect(parseJson('\ufeff{"a": 1}')).toEqual({ a: 1 });
  expect(() => parseJson('\ufeff\ufeff{}')).toThrow(SyntaxError);
});

it('refuses what is nested so deep that JSON.stringify may fail on it', () => {
  expect(() => parseJson(nested(100))).not.toThrow();
  expect(() => parseJson(`[${nested(100)}]`)).toThrow('nested 101 levels deep, expected at most 100');
  expect(() => parseJson(`{"a": ${nested(100_000)}}`)).toThrow('nested 100001 levels deep');
  expect(() => parseJson(`["\\"${nested(200)}"]`)).not.toThrow();
});
