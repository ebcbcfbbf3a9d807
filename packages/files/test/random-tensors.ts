import fc from 'fast-check';
import { elementType, type HostTensor, type HostTensorDtype, type NamedHostTensors } from '../src/tensors/host-tensor';
import { decodeElements } from '../src/tensors/tensor-elements';

/** The element types that both file formats have. */
export const sharedDtypes: readonly HostTensorDtype[] = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** A random tensor of up to a few dozen elements, with any bits. */
export function arbitraryTensor(dtypes = sharedDtypes): fc.Arbitrary<HostTensor> {
  return fc
    .record({
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    })
    .chain(({ dtype, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1) * elementType(dtype).bytes;
      const bytes = fc.uint8Array({ minLength: length, maxLength: length, max: dtype === 'bool' ? 1 : 255 });
      return bytes.map((stored): HostTensor => ({ dtype, shape, data: decodeElements(dtype, stored) }));
    });
}

/** A few random tensors under random names. */
export function arbitraryTensors(dtypes = sharedDtypes): fc.Arbitrary<NamedHostTensors> {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', '__proto__', 'constructor', 'toString', 'inner.H_init', '😀'),
  );
  return fc
    .uniqueArray(fc.tuple(name, arbitraryTensor(dtypes)), { maxLength: 5, selector: ([key]) => key })
    .map((entries) => new Map(entries));
}
