import type { Communicator } from '@hrm/distributed';
import { gatherJson } from '@hrm/distributed';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import type { TrainerState } from '../trainer-options';
import { arrayLike, bytesOf } from './gather-slots';

/** What every rank computes for itself, and must be the same. */
const PARTS = ['weights', 'ema', 'optimizer'] as const;

type EqualParts = Pick<TrainerState, (typeof PARTS)[number]>;

/** A difference above 0.1% of a number, and above this, is no rounding. */
const ROUNDING = 1e-3;

/** The SHA-256 of the numbers of a state. */
async function digestOf(state: EqualParts): Promise<string> {
  const digests: number[] = [];
  for (const part of PARTS) {
    for (const { data } of state[part].values()) {
      digests.push(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(data) as BufferSource)));
    }
  }
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(digests)))].join(' ');
}

/** The largest difference between the numbers of two tensors, as a share of what rounding may explain. */
function difference(one: HostTensor, other: HostTensor): number {
  let largest = 0;
  for (let i = 0; i < one.data.length; i++) {
    const [a, b] = [Number(one.data[i]), Number(other.data[i])];
    if (Object.is(a, b)) continue;
    const share = Math.abs(a - b) / (ROUNDING * (1 + Math.abs(a)));
    largest = Math.max(largest, Number.isNaN(share) ? Infinity : share);
  }
  return largest;
}

/**
 * Makes sure that all ranks have the same numbers. Ranks on other processors round differently in their last bits; they
 * get the numbers of rank 0, so that the differences do not grow from one checkpoint to the next.
 *
 * @returns the state of rank 0; `own` itself on all ranks if there is no difference.
 * @throws Error on every rank if one has other numbers than rounding explains.
 */
export async function agreeOnState<T extends EqualParts>(communicator: Communicator, own: T): Promise<T> {
  const digests = await gatherJson(communicator, await digestOf(own));
  if (digests.every((digest) => digest === digests[0])) return own;
  let largest = 0;
  const parts: Record<string, NamedHostTensors> = {};
  for (const part of PARTS) {
    const first = new Map<string, HostTensor>();
    for (const [name, tensor] of own[part]) {
      const data = arrayLike(tensor.data, [await communicator.broadcast(bytesOf(tensor.data))]);
      first.set(name, { ...tensor, data });
      largest = Math.max(largest, difference(tensor, first.get(name)!));
    }
    parts[part] = first;
  }
  const ofRanks = await gatherJson(communicator, `${largest}`);
  const worst = ofRanks.findIndex((text) => !(Number(text) <= 1));
  if (worst === -1) return { ...own, ...parts };
  throw new Error(
    `Trainer: rank ${worst} on ${communicator.hosts[worst]} has other weights or optimizer state than rank 0 on ` +
      `${communicator.hosts[0]}, and the difference is more than rounding; all ranks must begin with the same weights ` +
      'and run the same software. If they do, the memory or processor of one may be faulty',
  );
}
