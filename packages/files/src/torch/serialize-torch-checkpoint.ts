import { expectHostTensor, type HostTensor, type HostTensorDtype, type NamedHostTensors } from '../tensors/host-tensor';
import { encodeElements } from '../tensors/tensor-elements';
import { PickleWriter } from '../pickle/pickle-writer';
import { torchStorages } from './torch-checkpoint';
import { writeZip, type ZipRecord } from '../zip/zip-writer';

const storageClasses: ReadonlyMap<HostTensorDtype, string> = new Map(
  [...torchStorages].map(([name, dtype]) => [dtype, name.slice('torch.'.length)]),
);

/** PyTorch starts each storage at a multiple of this many bytes. */
const storageAlignment = 64;

/**
 * Writes a checkpoint that PyTorch reads with `torch.load(file, weights_only=True)`: a dict of contiguous CPU tensors,
 * with the same names in the same order. The same tensors always give the same bytes.
 *
 * @throws TypeError or RangeError where a tensor's data, shape and dtype do not fit together, PyTorch has no storage
 *   for a dtype (uint16, uint32, uint64), or the file would be larger than 4 GiB.
 *
 * @example
 * ```ts
 * import { serializeTorchCheckpoint } from '@hrm/files';
 *
 * const weight = { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) } as const;
 * const bytes = serializeTorchCheckpoint(new Map([['model.inner.lm_head.weight', weight]]));
 * console.log(bytes.byteLength);
 * ```
 */
export function serializeTorchCheckpoint(tensors: NamedHostTensors): Uint8Array {
  const named = [...tensors];
  const encoder = new TextEncoder();
  const records: ZipRecord[] = [
    { name: 'archive/data.pkl', bytes: pickleStateDict(named) },
    { name: 'archive/byteorder', bytes: encoder.encode('little') },
    ...named.map(([, tensor], i) => ({ name: `archive/data/${i}`, bytes: encodeElements(tensor) })),
    { name: 'archive/version', bytes: encoder.encode('3\n') },
  ];
  return writeZip(records, storageAlignment);
}

function pickleStateDict(named: readonly (readonly [string, HostTensor])[]): Uint8Array {
  const pickle = new PickleWriter().emptyDict().mark();
  named.forEach(([name, tensor], i) => {
    expectHostTensor(name, tensor);
    const storageClass = storageClasses.get(tensor.dtype);
    if (storageClass === undefined) {
      throw new TypeError(`PyTorch has no storage of ${tensor.dtype} for the tensor "${name}"; convert it first`);
    }
    if (/\p{Surrogate}/u.test(name)) throw new RangeError(`${JSON.stringify(name)} holds half a surrogate pair`);
    pickle.text(name).global('torch._utils', '_rebuild_tensor_v2').mark();
    pickle.mark().text('storage').global('torch', storageClass).text(String(i)).text('cpu');
    pickle.integer(tensor.data.length).tuple().persistentId();
    pickle.integer(0).integers(tensor.shape).integers(rowMajorStrides(tensor.shape)).boolean(false);
    pickle.global('collections', 'OrderedDict').mark().tuple().call().tuple().call();
  });
  return pickle.setItems().finish();
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= Math.max(size, 1);
  }
  return strides;
}
