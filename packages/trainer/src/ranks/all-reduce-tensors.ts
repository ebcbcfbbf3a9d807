import * as tf from '@tensorflow/tfjs-core';
import type { Communicator, Wire } from '@hrm/distributed';
import { mapTensors } from '@hrm/layers';

/** Numbers that go out together, 16 MiB: while they are on their way, the next ones are read from the backend. */
const BUCKET_SIZE = 2 ** 22;

/** Groups tensors in their order, up to the bucket size each. A larger tensor is a group of its own. */
function bucketsOf(tensors: readonly tf.Tensor[]): tf.Tensor[][] {
  const buckets: tf.Tensor[][] = [];
  let size = Infinity;
  for (const tensor of tensors) {
    if (size + tensor.size > BUCKET_SIZE) {
      buckets.push([]);
      size = 0;
    }
    buckets.at(-1)!.push(tensor);
    size += tensor.size;
  }
  return buckets;
}

/** The values of some tensors in one array. */
async function joinedValues(tensors: readonly tf.Tensor[]): Promise<Float32Array> {
  const joined = new Float32Array(tensors.reduce((size, tensor) => size + tensor.size, 0));
  let first = 0;
  for (const tensor of tensors) {
    joined.set(await tensor.data(), first);
    first += tensor.size;
  }
  return joined;
}

/** Sums each float32 tensor of a nesting of objects over all ranks. The caller disposes the sums. */
export async function allReduceTensors<T>(communicator: Communicator, container: T, wire?: Wire): Promise<T> {
  const tensors: tf.Tensor[] = [];
  mapTensors(container, (tensor) => (tensors.push(tensor), tensor));
  const buckets = bucketsOf(tensors);
  const reductions: Promise<Float32Array>[] = [];
  for (const bucket of buckets) {
    const reduction = communicator.allReduce(await joinedValues(bucket), wire);
    // It is awaited below, unless a later bucket cannot be read.
    reduction.catch(() => undefined);
    reductions.push(reduction);
  }
  const sums = (await Promise.all(reductions)).flatMap((values, index) => {
    let first = 0;
    return buckets[index]!.map(({ shape, size }) => tf.tensor(values.subarray(first, (first += size)), shape));
  });
  return mapTensors(container, () => sums.shift()!);
}
