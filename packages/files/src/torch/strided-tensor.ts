import { countElements, elementType, type HostTensor, type HostTensorDtype } from '../tensors/host-tensor';
import { decodeElements, decodingMemory } from '../tensors/tensor-elements';
import type { AllocationBudget } from '../allocation-budget';

/** PyTorch's storage: a block of elements that one or more tensors are views of. */
export interface Storage {
  readonly dtype: HostTensorDtype;
  readonly bytes: Uint8Array;
  /** Where `bytes` start in their file. */
  readonly fileOffset: number;
}

/** A tensor as PyTorch saves it. Element `[i, j, ...]` is `storage[offset + i stride[0] + j stride[1] + ...]`. */
export class StridedTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}

  /**
   * Why this tensor cannot be read, such as negative numbers or elements outside the storage; `undefined` if it can.
   */
  get problem(): string | undefined {
    const { storage, offset, shape, stride } = this;
    const numbers = [offset, ...shape, ...stride];
    if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0))
      return 'an offset, size or stride below 0';
    if (shape.length !== stride.length) return `${shape.length} sizes but ${stride.length} strides`;
    if (shape.length > 64) return `${shape.length} dimensions`;
    const count = countElements(shape);
    if (count === undefined) return 'more elements than can be counted';
    const stored = storage.bytes.byteLength / elementType(storage.dtype).bytes;
    // A tensor without elements may point anywhere, as slices of empty tensors do.
    const end = count === 0 ? 0 : offset + 1 + shape.reduce((sum, size, i) => sum + (size - 1) * stride[i]!, 0);
    return end <= stored ? undefined : `elements up to number ${end} of a storage of ${stored}`;
  }

  /** The tensor in row-major order: a view of the storage if it is stored in that order, else a copy. */
  toHostTensor(budget: AllocationBudget): HostTensor {
    const { dtype, fileOffset } = this.storage;
    let bytes = this.#contiguousBytes();
    if (bytes === undefined) {
      budget.take(countElements(this.shape)! * elementType(dtype).bytes, fileOffset);
      bytes = this.#gatherBytes();
    }
    budget.take(decodingMemory(dtype, bytes), fileOffset);
    return { dtype, shape: this.shape, data: decodeElements(dtype, bytes) };
  }

  #contiguousBytes(): Uint8Array | undefined {
    const size = elementType(this.storage.dtype).bytes;
    const count = countElements(this.shape)!;
    const start = this.offset * size;
    let expected = 1;
    for (let i = this.shape.length - 1; i >= 0 && count > 0; i--) {
      if (this.shape[i] === 1) continue;
      if (this.stride[i] !== expected) return undefined;
      expected *= this.shape[i]!;
    }
    return this.storage.bytes.subarray(start, start + count * size);
  }

  #gatherBytes(): Uint8Array {
    const size = elementType(this.storage.dtype).bytes;
    const bytes = new Uint8Array(countElements(this.shape)! * size);
    // Dimensions of size 1 are left out, which keeps the innermost loop long.
    const dimensions = this.shape.flatMap((length, i) =>
      length === 1 ? [] : [{ length, step: this.stride[i]! * size }],
    );
    const inner = dimensions.pop()!;
    const indices = dimensions.map(() => 0);
    const source = this.storage.bytes;
    let start = this.offset * size;
    for (let to = 0; to < bytes.length;) {
      for (let i = 0, from = start; i < inner.length; i++, from += inner.step) {
        for (let b = 0; b < size; b++) bytes[to++] = source[from + b]!;
      }
      // Increment the indices, from the last dimension on.
      for (let d = dimensions.length - 1; d >= 0; d--) {
        const { length, step } = dimensions[d]!;
        start += step;
        if (++indices[d]! < length) break;
        start -= step * length;
        indices[d] = 0;
      }
    }
    return bytes;
  }
}
