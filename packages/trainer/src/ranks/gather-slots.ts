import type { HostTensor, HostTensorData, NamedHostTensors } from '@hrm/files';
import type { Communicator } from '@hrm/distributed';
import type { Place } from './share-of-batch';

/** The bytes of an array of numbers. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: HostTensorData) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** An array of the type of `like`, from the bytes of one or several parts of it. */
export function arrayLike<T extends HostTensorData>(like: T, parts: readonly Uint8Array[]): T {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let first = 0;
  for (const part of parts) {
    bytes.set(part, first);
    first += part.length;
  }
  return new (like.constructor as new (buffer: ArrayBuffer) => T)(bytes.buffer);
}

/** Collects the slots of all ranks: tensors whose first axis is the slots of one rank become those of the batch. */
export async function gatherSlots(communicator: Communicator, own: NamedHostTensors): Promise<NamedHostTensors> {
  if (communicator.size === 1) return own;
  const whole = new Map<string, HostTensor>();
  for (const [name, { dtype, shape, data }] of own) {
    const parts = await communicator.allGather(bytesOf(data));
    whole.set(name, { dtype, shape: [shape[0]! * communicator.size, ...shape.slice(1)], data: arrayLike(data, parts) });
  }
  return whole;
}

/** The slots of one rank: the inverse of {@link gatherSlots}. @throws RangeError if they cannot be shared equally. */
export function slotsOfRank(whole: NamedHostTensors, { rank, size }: Place): NamedHostTensors {
  if (size === 1) return whole;
  return new Map(
    [...whole].map(([name, { dtype, shape, data }]) => {
      const slots = shape[0]! / size;
      if (!Number.isInteger(slots)) {
        throw new RangeError(`Trainer: the ${shape[0]} slots of the saved carry cannot be shared by ${size} ranks`);
      }
      const count = data.length / size;
      const own = data.slice(rank * count, (rank + 1) * count) as HostTensorData;
      return [name, { dtype, shape: [slots, ...shape.slice(1)], data: own }];
    }),
  );
}
