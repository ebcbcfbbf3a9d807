import { FileFormatError, parseJsonObject } from '@hrm/files';
import { expect, test } from 'vitest';

const bytes = (text: string) => new TextEncoder().encode(text);

test('an object is read, from text and from bytes', () => {
  for (const text of ['{"µ":[1]}', bytes('{"µ":[1]}')]) expect(parseJsonObject(text)).toEqual({ µ: [1] });
});

test.each([
  ['a text cut short', '{"a":', 'the config is not valid JSON: '],
  ['nothing', '', 'the config is not valid JSON: '],
  ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'the config is not valid JSON: '],
  ['a list', '[]', 'the config is not an object; expected a JSON object'],
  ['null', bytes('null'), 'the config is not an object; expected a JSON object'],
  ['a text in quotes', '"{}"', 'the config is not an object; expected a JSON object'],
])('%s is refused', (_, text, message) => {
  const read = () => parseJsonObject(text, { path: 'config.json', what: 'the config' });
  expect(read).toThrow(`config.json: ${message}`);
  expect(read).toThrow(FileFormatError);
});
