export { FileFormatError, type FileFormatProblem } from './file-format-error';
export { parseNpy, serializeNpy, type NpyArray, type NpyData } from './npy/npy';
export type { NpyType } from './npy/npy-header';
export { parseJsonObject } from './parse-json-object';
export { parseSafetensors, serializeSafetensors, type Safetensors } from './safetensors/safetensors';
export { safetensorsLimits } from './safetensors/safetensors-header';
export type {
  HostTensor,
  HostTensorArrays,
  HostTensorData,
  HostTensorDtype,
  NamedHostTensors,
} from './tensors/host-tensor';
export { asFloat32, asInt32 } from './tensors/narrow-tensor';
export { serializeTorchCheckpoint } from './torch/serialize-torch-checkpoint';
export { parseTorchCheckpoint } from './torch/torch-checkpoint';
