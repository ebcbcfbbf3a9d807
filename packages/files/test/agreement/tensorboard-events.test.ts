import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { countsHistogram, serializeTensorBoardEvents, type TensorBoardEvent } from '@hrm/files';

const png = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082',
  'hex',
);

const values = (time: number, step: number, of: (TensorBoardEvent & { kind: 'values' })['values']) =>
  ({ kind: 'values', time, step, values: of }) as const;

it('writes the same bytes as TensorBoard', () => {
  const bytes = serializeTensorBoardEvents([
    { kind: 'begin', time: 1700000000.25 },
    { kind: 'restart', time: 1700000000.5, step: 301 },
    values(1700000001, 301, { 'train/loss': 0.1, 'train/exact accuracy': 0 }),
    values(1700000002, 3_000_000_000, {
      'held out/segments': countsHistogram([5, 1, 0, 2]),
      'r\u00e4tsel/1': { kind: 'image', width: 1, height: 1, png },
    }),
    values(1700000003, 0, { nan: Number.NaN }),
  ]);
  const theirs = readFileSync(new URL('../testdata/agreement/events.tfevents', import.meta.url));
  expect(Buffer.from(bytes).toString('hex')).toBe(theirs.toString('hex'));
});

it('refuses what TensorBoard could not read', () => {
  const serialize = (event: unknown) => () => serializeTensorBoardEvents([event as TensorBoardEvent]);
  expect(serialize(values(1, -1, {}))).toThrow('step is the number -1, expected a whole number from 0');
  expect(serialize({ kind: 'begin', time: Number.NaN })).toThrow('time is the number NaN, expected seconds since 1970');
  const uneven = { ...countsHistogram([1]), limits: [1] };
  expect(serialize(values(1, 1, { uneven }))).toThrow('"uneven" has 2 counts and 1 limits');
  expect(() => serializeTensorBoardEvents(1 as never)).toThrow('expected an array');
});
