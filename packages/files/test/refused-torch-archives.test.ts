import { expect, test } from 'vitest';
import { FileFormatError } from '../src/file-format-error';
import { parseTorchCheckpoint } from '../src/torch/torch-checkpoint';
import { writeZip } from '../src/zip/zip-writer';
import { bytesOf, oneTensor } from './torch-file';
import { expectRefusal, refusal, sample } from './torch-refusal';

const whole = oneTensor();
const patched = (at: number, ...values: number[]) => {
  const bytes = whole.slice();
  bytes.set(values, at < 0 ? bytes.length + at : at);
  return bytes;
};

/** The official checkpoint with one changed byte between its directory and its end. */
const spoiledEnd = (at: number, value: number) => {
  const bytes = bytesOf(sample('maze/step_500'));
  bytes[bytes.length - 22 - 20 - 56 + at] = value;
  return bytes;
};
const directory = whole.findIndex((_, i) => whole[i] === 0x50 && whole[i + 2] === 1 && whole[i + 3] === 2);

// The directory places data/1 inside data/0, and an entry of that name is there.
const inner = writeZip([{ name: 'archive/data/1', bytes: bytesOf('x') }], 64);
const nested = oneTensor({ key: '0' }, { storages: [inner, bytesOf('x')] });
const innerStart = nested.findIndex((_, i) => i > 64 && Buffer.compare(nested.subarray(i, i + 65), inner.subarray(0, 65)) === 0); // prettier-ignore
const lastOf = (name: string) => Buffer.from(nested).lastIndexOf(name);
new DataView(nested.buffer).setUint32(lastOf('archive/data/1') - 4, innerStart, true);

test.each<[name: string, bytes: Uint8Array, message: string]>([
  ['an empty file', new Uint8Array(), 'does not start as a zip archive'],
  ['a pickle without archive', bytesOf(0x80, 2, '}.', 'x'.repeat(50)), 'does not start as a zip archive'],
  ['an archive with a byte more', bytesOf(whole, 0), 'does not end in its end record'],
  ['an archive with bytes before', bytesOf('PK', 3, 4, whole), 'does not reach its end record'],
  ['a comment', patched(-2, 1, 0), 'does not end in its end record'],
  ['two disks', patched(-18, 1), 'several disks'],
  ['a wrong count of entries', patched(-14, 3, 0, 3, 0), 'has 4 entries; expected 3'],
  ['a directory elsewhere', patched(-6, 0), 'does not reach its end record'],
  ['a compressed entry', patched(directory + 10, 8), '"archive/data.pkl" is compressed or encrypted'],
  ['an encrypted entry', patched(directory + 8, 1), 'compressed or encrypted'],
  ['sizes that differ', patched(directory + 20, 1), 'is not simply stored'],
  ['an entry beyond the archive', patched(directory + 20, 0, 0, 0, 0x70, 0, 0, 0, 0x70), 'an end before the directory'],
  ['a folder', patched(directory + 38, 0x10), 'is a folder'],
  ['another name in the header', patched(30, 0x42), 'differs from the directory'],
  ['a name that is no text', patched(directory + 46, 0xff), 'not valid UTF-8'],
  ['a damaged entry', patched(64, 0), 'is damaged: its CRC-32 is'],
  ['a wrong CRC-32', patched(directory + 16, whole[directory + 16]! ^ 1), 'is damaged'],
  ['no folder', oneTensor({}, { folder: '' }), 'not hold exactly one folder'],
  ['two folders', writeZip([{ name: 'a/data.pkl', bytes: bytesOf('x') }, { name: 'b/version', bytes: bytesOf('3') }], 64), 'not hold exactly one folder'], // prettier-ignore
  ['no pickle', oneTensor({}, { records: { 'data.pkl': undefined } }), 'the record "data.pkl" is missing'],
  ['no version', oneTensor({}, { records: { version: undefined } }), 'the record "version" is missing'],
  ['version 11', oneTensor({}, { records: { version: bytesOf('11\n') } }), 'the record "version" is wrong'],
  ['big-endian numbers', oneTensor({}, { records: { byteorder: bytesOf('big') } }), 'expected "little"'],
  ['an alignment that is no number', oneTensor({}, { records: { '.storage_alignment': bytesOf('x') } }), 'is wrong'],
  ['an entry within another', nested, 'the entry "archive/data/1" overlaps another'],
  ['a longer zip64 record', spoiledEnd(4, 45), 'a wrong length for itself'],
  ['another count in the zip64 record', spoiledEnd(32, 1), 'the two end records differ'],
  ['a zip64 record of two disks', spoiledEnd(16, 1), 'several disks'],
  ['a zip64 locator to elsewhere', spoiledEnd(56 + 8, 0), 'does not point at the record before it'],
  ['TorchScript', oneTensor({}, { records: { 'constants.pkl': bytesOf('x') } }), 'this is a TorchScript program'],
  [
    'records that differ in case',
    oneTensor({}, { records: { 'DATA/0': bytesOf('x') } }),
    '"archive/DATA/0" appears twice',
  ],
])('an archive is refused: %s', (_name, bytes, message) => expectRefusal(bytes, message));

test('every truncation is refused, and every flipped bit is refused or changes nothing', () => {
  const pickled = whole.subarray(0, directory);
  for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
  const read = parseTorchCheckpoint(whole);
  for (let bit = 0; bit < 8 * pickled.length; bit++) {
    const spoiled = whole.slice();
    spoiled[bit >> 3]! ^= 1 << (bit & 7);
    let again;
    try {
      again = parseTorchCheckpoint(spoiled);
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      continue;
    }
    // The checksums cover everything except padding and dates.
    expect(again).toEqual(read);
  }
});
