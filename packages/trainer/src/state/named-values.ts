import type { NamedTensors } from '@hrm/layers';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { fromHostTensor, toHostTensor } from '@hrm/models/internal';
import { mapNamed } from '../optimizers/gradient-transformation';

/** Reads named tensors into plain values. */
export async function namedToHost(tensors: NamedTensors): Promise<NamedHostTensors> {
  const host = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(tensors)) host.set(name, await toHostTensor(tensor));
  return host;
}

/** Makes tensors of saved values, after checking that names and shapes match the current ones. */
export function namedFromHost(kind: string, current: NamedTensors, saved: NamedHostTensors): NamedTensors {
  for (const name of new Set([...Object.keys(current), ...saved.keys()])) {
    const [now, then] = [current[name]?.shape.join(), saved.get(name)?.shape.join()];
    if (now !== then) {
      throw new Error(
        `Trainer: the saved ${kind} does not fit this run: "${name}" is ${then === undefined ? 'missing' : `[${then}]`}, ` +
          `this run has ${now === undefined ? 'none' : `[${now}]`}. Was it saved with another config?`,
      );
    }
  }
  return mapNamed(current, ({ dtype }, name) => {
    const tensor = fromHostTensor(saved.get(name)!);
    if (tensor.dtype !== dtype) {
      throw new Error(`Trainer: the saved ${kind} does not fit this run: "${name}" is ${tensor.dtype}, not ${dtype}`);
    }
    return tensor;
  });
}
