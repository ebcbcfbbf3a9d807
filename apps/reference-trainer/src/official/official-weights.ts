import { asFloat32, FileFormatError, type HostTensor, type HostTensorDtype, type NamedHostTensors } from '@hrm/files';
import { parameterShapes, type ModelConfig } from '@hrm/models';
import { nameFromOfficial, nameToOfficial, shapesToOfficial } from '@hrm/models/internal';

/** What the official code computes anew, and some of its versions save all the same. */
const derived = /(^|\.)(rotary_emb\.(inv_freq|cos_cached|sin_cached)|puzzle_emb\.(local_weights|local_ids))$/;

/** Weights of an official checkpoint that are those of its model. */
export interface OfficialWeights {
  /** In float32, by the names that the state dict has within the loss head. */
  weights: NamedHostTensors;
  /** How many tensors were of each other type. */
  converted: ReadonlyMap<HostTensorDtype, number>;
  /** Buffers that were left out. */
  leftOut: readonly string[];
}

/**
 * The weights of an official checkpoint, once their names and shapes are those of the model that its config describes.
 * Needs a backend.
 *
 * @throws FileFormatError naming the tensors that are missing, unknown, there twice, of another shape, or hold what float32
 *   cannot.
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
    else if (!shape) problems.push(`"${key}" is no tensor of this model`);
    else if (weights.has(name)) problems.push(`"${key}" is "${name}" once more`);
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
  if (problems.length > 0) throw misfit(path, problems);
  for (const [name, tensor] of weights) {
    try {
      weights.set(name, asFloat32(name, tensor));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw misfit(path, problems);
  return { weights, converted, leftOut };
}

function misfit(path: string, problems: readonly string[]): FileFormatError {
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
  return new FileFormatError({
    path,
    problem: `these are not the weights of the model that its config describes: ${problems.slice(0, 5).join('; ')}${more}`,
    expected: 'a checkpoint of HRM or TRM, and the all_config.yaml that it was trained with',
  });
}
