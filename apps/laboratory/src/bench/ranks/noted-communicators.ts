import type { Communicator } from '@hrm/distributed';
import type { CallKind, WireCall } from './cost-model';

/** Notes the calls of a step. */
export interface CallNotes {
  /** Begins a step. */
  begin(): void;
  /** The calls since then. */
  readonly calls: WireCall[];
  note(kind: CallKind, bytes: number): void;
}

/** Makes empty notes. */
export function callNotes(): CallNotes {
  let begun = performance.now();
  const calls: WireCall[] = [];
  return {
    calls,
    begin() {
      begun = performance.now();
      calls.length = 0;
    },
    note: (kind, bytes) => void calls.push({ kind, bytes, at: (performance.now() - begun) / 1000 }),
  };
}

/**
 * A communicator of several ranks of which only this one exists: it never waits, and takes its own numbers for those of
 * the others. A step with it has all the work of a rank, and nothing of the wire.
 */
export function loopback(size: number, notes: CallNotes): Communicator {
  const nothing = () => Promise.resolve();
  return {
    rank: 0,
    size,
    hosts: new Array<string>(size).fill('this process'),
    allReduce(values) {
      notes.note('allReduce', values.byteLength);
      return Promise.resolve(values);
    },
    allGather(bytes) {
      notes.note('allGather', bytes.byteLength);
      return Promise.resolve(new Array<Uint8Array>(size).fill(bytes));
    },
    broadcast: (bytes) => Promise.resolve(bytes),
    barrier: nothing,
    abort: () => undefined,
    close: nothing,
  };
}
