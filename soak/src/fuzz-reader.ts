/** What became of a file. */
export type Outcome = 'accepted' | 'refused';

/** A reader to be fuzzed: reads bytes from anywhere, and fails with one kind of error or not at all. */
export interface FuzzedReader {
  readonly name: string;
  /** Errors that mean: this file is refused. Every other is a bug. */
  readonly refusals: readonly (abstract new (...args: never[]) => Error)[];
  read(bytes: Buffer): unknown;
}

/** Milliseconds that reading a mebibyte may take; a shorter file may take as long. */
const millisecondsPerMebibyte = 1000;
/** Beside twice the file. */
const freeBytes = 64 * 2 ** 20;

/**
 * Reads the bytes as a file and throws where the reader breaks its promises: another error than its own; one that does not
 * say what was wrong; longer than a second a mebibyte; arrays beyond twice the file and 64 MiB; a changed prototype.
 */
export function fuzzReader(reader: FuzzedReader, bytes: Buffer): Outcome | Promise<Outcome> {
  const start = cpuMilliseconds();
  const settle = (value: unknown): Outcome => {
    expectPromises(reader, bytes, value, cpuMilliseconds() - start);
    return 'accepted';
  };
  const refuse = (error: unknown): Outcome => {
    if (!reader.refusals.some((kind) => error instanceof kind)) throw error;
    const { length } = (error as Error).message;
    if (length < 10 || length > 4000) throw new Error(`${reader.name}: a message of ${length} characters`);
    expectPromises(reader, bytes, undefined, cpuMilliseconds() - start);
    return 'refused';
  };
  try {
    const value = reader.read(bytes);
    return value instanceof Promise ? value.then(settle, refuse) : settle(value);
  } catch (error) {
    return refuse(error);
  }
}

/** Time of the processor, not of the clock: a machine may let a process wait. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function expectPromises({ name }: FuzzedReader, bytes: Buffer, value: unknown, milliseconds: number): void {
  if (milliseconds > millisecondsPerMebibyte * Math.max(1, bytes.length / 2 ** 20)) {
    throw new Error(`${name}: ${milliseconds.toFixed(0)} ms for ${bytes.length} bytes`);
  }
  const held = bytesOfArrays(value);
  if (held > 2 * bytes.length + freeBytes) throw new Error(`${name}: ${held} bytes of arrays from ${bytes.length}`);
  if (Object.keys(Object.prototype).length > 0) throw new Error(`${name}: Object.prototype has got something new`);
}

/** Bytes in the different buffers that a value holds. */
function bytesOfArrays(value: unknown): number {
  const buffers = new Set<ArrayBufferLike>();
  const visit = (item: unknown): void => {
    if (ArrayBuffer.isView(item)) buffers.add(item.buffer);
    else if (item instanceof Map) item.forEach(visit);
    else if (typeof item === 'object' && item !== null) Object.values(item).forEach(visit);
  };
  visit(value);
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
