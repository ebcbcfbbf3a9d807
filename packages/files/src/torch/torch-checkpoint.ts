import { expectOptions } from '../checks/expect-options';
import { FileFormatError, quoteName } from '../file-format-error';
import { elementType, type HostTensor, type HostTensorDtype, type NamedHostTensors } from '../tensors/host-tensor';
import { AllocationBudget } from '../allocation-budget';
import { readPickle } from '../pickle/pickle-reader';
import { PickleDict, type PickleGlobal, type PickleProblemReporter, PickleSequence } from '../pickle/pickle-values';
import { type Storage, StridedTensor } from './strided-tensor';
import { readZip, type ZipEntry } from '../zip/zip-reader';

/** The storage classes that a checkpoint may name, and the dtype of their elements. */
export const torchStorages: ReadonlyMap<string, HostTensorDtype> = new Map([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
]);

/** The prefix that `torch.compile` adds to the names of a model's parameters. */
const compiledPrefix = '_orig_mod.';

/**
 * Reads a checkpoint that `torch.save(model.state_dict(), file)` wrote (PyTorch 1.6 and later), such as the `step_N`
 * files of the official HRM. Removes the prefix `_orig_mod.`, which torch.compile adds to names.
 *
 * Unlike Python's pickle, it executes no code of the file: it knows only the instructions and names that state dicts
 * use. It accepts nothing that `torch.load(weights_only=True)` refuses. Each stored entry must match its CRC-32. Memory
 * stays within twice the file plus 64 MiB. Tensors stored in row-major order are views of `bytes`.
 *
 * @param bytes The whole file.
 * @param options.path Names the file in errors.
 * @throws {@link FileFormatError}
 * @see https://github.com/sapientinc/HRM (pretrain.py writes these files)
 *
 * @example
 * ```ts
 * import { parseTorchCheckpoint, serializeTorchCheckpoint } from '@hrm/files';
 *
 * const tensors = new Map([['_orig_mod.head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } as const]]);
 * const read = parseTorchCheckpoint(serializeTorchCheckpoint(tensors), { path: 'step_500' });
 * console.log(read.get('head.bias')?.shape); // [2]
 * ```
 */
export function parseTorchCheckpoint(bytes: Uint8Array, options: { readonly path?: string } = {}): NamedHostTensors {
  expectOptions('parseTorchCheckpoint', options, ['path']);
  const { path } = options;
  const budget = new AllocationBudget(bytes.byteLength, path);
  const records = readTorchRecords(bytes, budget);
  const pickle = records.get('data.pkl')!;
  const stateDict = readPickle(pickle.bytes, {
    globals: stateDictGlobals,
    loadPersistent: (id, fail) => loadStorage(id, records, fail),
    offset: pickle.offset,
    budget,
  });
  if (!(stateDict instanceof PickleDict)) {
    throw new FileFormatError({
      path,
      problem: 'the checkpoint is not a dict',
      expected: 'a state dict: tensors by name',
    });
  }
  const tensors = new Map<string, HostTensor>();
  for (const [key, value] of stateDict.entries) {
    if (typeof key !== 'string' || !(value instanceof StridedTensor)) {
      const problem = `the entry ${quoteName(String(key))} of the checkpoint is not a tensor`;
      throw new FileFormatError({ path, problem, expected: 'a state dict: only tensors, by name' });
    }
    const name = key.startsWith(compiledPrefix) ? key.slice(compiledPrefix.length) : key;
    if (tensors.has(name)) {
      const problem = `the tensor ${quoteName(name)} appears with and without ${compiledPrefix}`;
      throw new FileFormatError({ path, problem, expected: 'each name once' });
    }
    tensors.set(name, value.toHostTensor(budget));
  }
  return tensors;
}

/** The records of the archive, by their names inside its only folder. */
function readTorchRecords(bytes: Uint8Array, budget: AllocationBudget): ReadonlyMap<string, ZipEntry> {
  const { path } = budget;
  const entries = readZip(bytes, budget);
  const folders = new Set([...entries.keys()].map((name) => name.slice(0, name.indexOf('/') + 1)));
  const [folder] = folders;
  if (folder === undefined || folder === '' || folders.size > 1) {
    const problem = 'the zip archive does not hold exactly one folder';
    throw new FileFormatError({ path, problem, expected: 'a checkpoint as torch.save writes it' });
  }
  const records = new Map([...entries].map(([name, entry]) => [name.slice(folder.length), entry]));
  const check = (name: string, isRight: (content: string) => boolean, expected: string, isRequired = false) => {
    const record = records.get(name);
    if (record === undefined && !isRequired) return;
    if (record !== undefined && record.bytes.length < 32 && isRight(String.fromCharCode(...record.bytes))) return;
    const problem = `the record "${name}" ${record === undefined ? 'is missing' : 'is wrong'}`;
    throw new FileFormatError({ path, offset: record?.offset, problem, expected });
  };
  check('version', (text) => /^([1-9]|10)\n?$/.test(text), 'a version of the format from 1 to 10', true);
  check('byteorder', (text) => text === 'little', '"little"; save again on a little-endian machine');
  check('.storage_alignment', (text) => /^[1-9][0-9]*$/.test(text), 'a number');
  if (!records.has('data.pkl') || records.has('constants.pkl')) {
    const problem = records.has('data.pkl') ? 'this is a TorchScript program' : 'the record "data.pkl" is missing';
    throw new FileFormatError({ path, problem, expected: 'a state dict: torch.save(model.state_dict(), file)' });
  }
  return records;
}

/**
 * All global names that a state dict may use. Their calls return descriptions of tensors, which are checked at once.
 */
const stateDictGlobals: readonly PickleGlobal[] = [
  { name: 'collections.OrderedDict', call: makeOrderedDict },
  { name: 'torch._utils._rebuild_tensor_v2', call: rebuildTensor },
  { name: 'torch._utils._rebuild_parameter', call: rebuildParameter },
  ...[...torchStorages.keys()].map((name) => ({ name })),
];

function makeOrderedDict(args: readonly unknown[], fail: PickleProblemReporter): PickleDict {
  if (args.length > 0) fail('an OrderedDict is created with arguments', 'an empty one, filled afterwards');
  return new PickleDict('OrderedDict');
}

/** `_rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks)` */
function rebuildTensor(args: readonly unknown[], fail: PickleProblemReporter): StridedTensor {
  const [storage, offset, size, stride, requiresGrad, hooks] = args;
  const shape = integersOf(size);
  const steps = integersOf(stride);
  const isTensor = args.length === 6 && isStorage(storage) && typeof offset === 'number' && isEmptyOrderedDict(hooks);
  if (!isTensor || shape === undefined || steps === undefined || typeof requiresGrad !== 'boolean') {
    return fail('a tensor has the wrong arguments', 'storage, offset, size, stride, requires_grad, no hooks');
  }
  const tensor = new StridedTensor(storage, offset, shape, steps);
  if (tensor.problem !== undefined) fail(`a tensor has ${tensor.problem}`, 'a tensor inside its storage');
  expectMayRequireGradient(tensor, requiresGrad, fail);
  return tensor;
}

/** `_rebuild_parameter(data, requires_grad, backward_hooks)` */
function rebuildParameter(args: readonly unknown[], fail: PickleProblemReporter): StridedTensor {
  const [data, requiresGrad, hooks] = args;
  const isParameter = args.length === 3 && data instanceof StridedTensor && isEmptyOrderedDict(hooks);
  if (!isParameter || typeof requiresGrad !== 'boolean') {
    return fail('a parameter has the wrong arguments', 'a tensor, requires_grad, no hooks');
  }
  expectMayRequireGradient(data, requiresGrad, fail);
  return data;
}

function expectMayRequireGradient(tensor: StridedTensor, requiresGrad: boolean, fail: PickleProblemReporter): void {
  const { dtype } = tensor.storage;
  if (requiresGrad && !dtype.includes('float')) fail(`a tensor of ${dtype} requires a gradient`, 'floats to do so');
}

/** `('storage', class, key, device, element count)`: the record `data/<key>`. The device it lived on is ignored. */
function loadStorage(
  id: readonly unknown[],
  records: ReadonlyMap<string, ZipEntry>,
  fail: PickleProblemReporter,
): Storage {
  const [kind, storageClass, key, device, count] = id;
  const dtype = torchStorages.get((storageClass as PickleGlobal | null | undefined)?.name ?? '');
  const isStorageId = id.length === 5 && kind === 'storage' && typeof key === 'string' && typeof device === 'string';
  if (!isStorageId || dtype === undefined || typeof count !== 'number') {
    return fail('a persistent id names no storage', '("storage", class, key, device, count)');
  }
  const record = records.get(`data/${key}`) ?? fail(`the record ${quoteName(`data/${key}`)} is missing`, 'its storage');
  const bytes = count * elementType(dtype).bytes;
  if (record.bytes.length !== bytes) {
    fail(
      `the record ${quoteName(`data/${key}`)} is ${record.bytes.length} bytes long`,
      `${bytes}, for ${count} ${dtype}`,
    );
  }
  if (dtype === 'bool' && record.bytes.some((value) => value > 1)) {
    fail(`the record ${quoteName(`data/${key}`)} of booleans holds other numbers`, '0 and 1');
  }
  return { dtype, bytes: record.bytes, fileOffset: record.offset };
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'fileOffset' in value;
}

function isEmptyOrderedDict(value: unknown): boolean {
  return value instanceof PickleDict && value.kind === 'OrderedDict' && value.entries.size === 0;
}

function integersOf(value: unknown): readonly number[] | undefined {
  if (!(value instanceof PickleSequence) || value.kind !== 'tuple') return undefined;
  return value.items.every((item): item is number => typeof item === 'number') ? value.items : undefined;
}
