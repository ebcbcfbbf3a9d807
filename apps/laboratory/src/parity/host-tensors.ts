import type { NamedTensors } from '@hrm/layers';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { toHostTensor } from '@hrm/models/internal';

/** A number as a host tensor of one element. */
export const hostScalar = (value: number): HostTensor => ({
  dtype: 'float64',
  shape: [1],
  data: Float64Array.of(value),
});

/** The values of named tensors. */
export async function hostTensors(tensors: NamedTensors): Promise<NamedHostTensors> {
  const host = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(tensors)) host.set(name, await toHostTensor(tensor));
  return host;
}
