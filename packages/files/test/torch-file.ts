import { PickleWriter } from '../src/pickle/pickle-writer';
import { writeZip, type ZipRecord } from '../src/zip/zip-writer';

/** The bytes of texts (one byte per character) and numbers, in order. */
export function bytesOf(...parts: readonly (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const chunks = parts.map((part) =>
    typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
  );
  return new Uint8Array(Buffer.concat(chunks));
}

export interface TorchFileParts {
  readonly pickle: Uint8Array;
  /** The bytes of the storages `data/0`, `data/1`, ... */
  readonly storages?: readonly Uint8Array[];
  /** Records that replace the usual ones or add to them. `undefined` removes one. */
  readonly records?: Readonly<Record<string, Uint8Array | undefined>>;
  readonly folder?: string;
}

/** A checkpoint built record by record. */
export function torchFile({ pickle, storages = [], records = {}, folder = 'archive/' }: TorchFileParts): Uint8Array {
  const usual: Record<string, Uint8Array | undefined> = {
    'data.pkl': pickle,
    byteorder: bytesOf('little'),
    ...Object.fromEntries(storages.map((bytes, i) => [`data/${i}`, bytes])),
    version: bytesOf('3\n'),
    ...records,
  };
  const list = Object.entries(usual).flatMap(([name, bytes]): ZipRecord[] =>
    bytes === undefined ? [] : [{ name: folder + name, bytes }],
  );
  return writeZip(list, 64);
}

export interface TensorFacts {
  readonly storageClass?: string;
  readonly key?: string;
  readonly count: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly requiresGradient?: boolean;
}

/** Writes the call that creates a tensor. */
export function writeTensor(pickle: PickleWriter, facts: TensorFacts): void {
  const {
    storageClass = 'FloatStorage',
    key = '0',
    count,
    offset = 0,
    shape,
    stride,
    requiresGradient = false,
  } = facts;
  pickle.global('torch._utils', '_rebuild_tensor_v2').mark();
  pickle
    .mark()
    .text('storage')
    .global('torch', storageClass)
    .text(key)
    .text('cuda:0')
    .integer(count)
    .tuple()
    .persistentId();
  pickle.integer(offset).integers(shape).integers(stride).boolean(requiresGradient);
  pickle.global('collections', 'OrderedDict').mark().tuple().call().tuple().call();
}

/** The pickle of a dict of tensors. */
export function pickleTensors(tensors: Readonly<Record<string, TensorFacts>>): Uint8Array {
  const pickle = new PickleWriter().emptyDict().mark();
  for (const [name, facts] of Object.entries(tensors)) writeTensor(pickle.text(name), facts);
  return pickle.setItems().finish();
}

/** A checkpoint of one tensor (default: float32) on a storage of 6 elements. */
export function oneTensor(facts: Partial<TensorFacts> = {}, rest: Omit<TorchFileParts, 'pickle'> = {}): Uint8Array {
  const pickle = pickleTensors({ x: { count: 6, shape: [6], stride: [1], ...facts } });
  const storage = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
  return torchFile({ pickle, storages: [storage], ...rest });
}

/** The instruction that creates a string. */
export const text = (value: string): Uint8Array => bytesOf('X', value.length, 0, 0, 0, value);
/** The instructions that create an empty OrderedDict. */
export const orderedDict = bytesOf('ccollections\nOrderedDict\n)R');

/** The instructions that create a tensor of 6 elements. `rest` takes the place of its hooks. */
export const rawTensor = (rest: Uint8Array = orderedDict): Uint8Array =>
  bytesOf('ctorch._utils\n_rebuild_tensor_v2\n((', text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu'), 'K', 6, 'tQK', 0, 'K', 6, 0x85, 'K', 1, 0x85, 0x89, rest, 'tR'); // prettier-ignore
