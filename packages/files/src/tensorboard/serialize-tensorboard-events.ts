import { describeGiven } from '../checks/describe-given';
import { expectIterable } from '../checks/expect-arguments';
import { maskedCrc32c } from './crc32c';
import { bytesField, doubleField, doublesField, floatChoice, integerField, joinBytes, textField } from './protobuf';
import type { TensorBoardEvent, TensorBoardValue } from './tensorboard-event';

/**
 * Serializes events for TensorBoard: records of TFRecord files, each with a message `Event`. A file begins with an
 * event of the kind `begin`; the bytes of further events are appended to it. Its name must contain `tfevents`.
 *
 * Source: TensorFlow, `tensorflow/core/util/event.proto` and `summary.proto`; `tsl/lib/io/record_writer.h`.
 *
 * @throws TypeError, RangeError for an event that TensorBoard could not read.
 *
 * @example
 * ```ts
 * import { countsHistogram, serializeTensorBoardEvents } from '@hrm/files';
 *
 * const time = Date.now() / 1000;
 * const bytes = serializeTensorBoardEvents([
 *   { kind: 'begin', time },
 *   { kind: 'values', time, step: 1, values: { 'train/loss': 2.3, 'train/halting': countsHistogram([5, 3]) } },
 * ]);
 * console.log(bytes.length); // the whole content of a file such as runs/first/events.out.tfevents.1700000000
 * ```
 */
export function serializeTensorBoardEvents(events: Iterable<TensorBoardEvent>): Uint8Array {
  expectIterable('serializeTensorBoardEvents', events);
  return joinBytes(Array.from(events, (event) => record(eventMessage(event))));
}

/** A record: the length of its data, a CRC of that, the data, and a CRC of the data. */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** The message `Event`. */
function eventMessage(event: TensorBoardEvent): Uint8Array {
  const time = doubleField(1, expectNumber('time', event.time));
  if (event.kind === 'begin') return joinBytes([time, textField(3, 'brain.Event:2')]);
  const step = integerField(2, expectStep(event.step));
  // The status START of the message `SessionLog`.
  if (event.kind === 'restart') return joinBytes([time, step, bytesField(7, integerField(1, 1))]);
  const values = Object.entries(event.values).map(([tag, value]) =>
    bytesField(1, joinBytes([textField(1, tag), valueField(tag, value)])),
  );
  return joinBytes([time, step, bytesField(5, joinBytes(values))]);
}

/** The value of the message `Summary.Value`: a number, an `Image` or a `HistogramProto`. */
function valueField(tag: string, value: TensorBoardValue): Uint8Array {
  if (typeof value === 'number') return floatChoice(2, value);
  if (value.kind === 'image') {
    const { width, height, png } = value;
    const rgb = integerField(3, 3);
    return bytesField(4, joinBytes([integerField(1, height), integerField(2, width), rgb, bytesField(4, png)]));
  }
  const { min, max, counts, limits, sum, sumOfSquares } = value;
  if (counts.length !== limits.length) {
    throw new RangeError(
      `serializeTensorBoardEvents: the histogram ${JSON.stringify(tag)} has ${counts.length} counts and ${limits.length} limits; ` +
        'expected one limit, the upper end, for each count',
    );
  }
  const count = counts.reduce((total, one) => total + one, 0);
  const figures = [min, max, count, sum, sumOfSquares].map((figure, index) => doubleField(index + 1, figure));
  return bytesField(5, joinBytes([...figures, doublesField(6, limits), doublesField(7, counts)]));
}

function expectNumber(name: string, value: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`serializeTensorBoardEvents: ${name} is ${describeGiven(value)}, expected seconds since 1970`);
}

function expectStep(step: number): number {
  if (Number.isSafeInteger(step) && step >= 0) return step;
  throw new RangeError(`serializeTensorBoardEvents: step is ${describeGiven(step)}, expected a whole number from 0`);
}
