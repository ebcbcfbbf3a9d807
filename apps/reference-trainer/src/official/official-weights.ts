import { asFloat32, FileFormatError, type HostTensor, type HostTensorDtype, type NamedHostTensors } from '@hrm/files';
import { parameterShapes, type ModelConfig } from '@hrm/models';
import { nameFromOfficial, nameToOfficial, shapesToOfficial } from '@hrm/models/internal';

/** Buffers that the official code computes, but that some of its versions save. */
const derived = /(^|\.)(rotary_emb\.(inv_freq|cos_cached|sin_cached)|puzzle_emb\.(local_weights|local_ids))$/;

/** The weights of an official checkpoint. */
export interface OfficialWeights {
  /** In float32, under their official names, without the prefix of the loss head. */
  weights: NamedHostTensors;
  /** The number of tensors of each other type. */
  converted: ReadonlyMap<HostTensorDtype, number>;
  /** Buffers that were left out. */
  leftOut: readonly string[];
}

/**
 * Checks that the names and shapes of an official checkpoint are those of the model in its config, and converts it to
 * float32. Needs a backend.
 *
 * @throws FileFormatError that names the tensors that are missing, unknown, duplicate, of another shape, or have
 *   values that float32 cannot hold.
 */
export function officialWeights(official: NamedHostTensors, config: ModelConfig, path: string): OfficialWeights {
  const expected = shapesToOfficial(parameterShapes(config));
  const problems: string[] = [];
  const weights = new Map<string, HostTensor>();
  const converted = new Map<HostTensorDtype, number>();
  const leftOut: string[] = [];
  for (const [key, tensor] of official) {
    const name = nameToOfficial(nameFromOfficial(key));
    const shape = expected.get(name);
    if (derived.test(key)) leftOut.push(key);
    else if (!shape) problems.push(`"${key}" is not a tensor of this model`);
    else if (weights.has(name)) problems.push(`"${key}" is "${name}" a second time`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(`"${key}" has shape [${tensor.shape.join(', ')}], the model needs [${shape.join(', ')}]`);
      weights.set(name, tensor);
    } else {
      const { dtype } = tensor;
      if (dtype !== 'float32') converted.set(dtype, (converted.get(dtype) ?? 0) + 1);
      weights.set(name, tensor);
    }
  }
  for (const name of expected.keys()) if (!weights.has(name)) problems.push(`"${name}" is missing`);
  if (problems.length > 0) throw weightsError(path, problems);
  for (const [name, tensor] of weights) {
    try {
      weights.set(name, asFloat32(name, tensor));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw weightsError(path, problems);
  return { weights, converted, leftOut };
}

function weightsError(path: string, problems: readonly string[]): FileFormatError {
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
  return new FileFormatError({
    path,
    problem: `these are not the weights of the model in its config: ${problems.slice(0, 5).join('; ')}${more}`,
    expected: 'a checkpoint of HRM or TRM, with its own all_config.yaml',
  });
}
