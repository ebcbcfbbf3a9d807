// Tensors in the memory of JavaScript.
export type {
  HostTensor,
  HostTensorArrays,
  HostTensorData,
  HostTensorDtype,
  NamedHostTensors,
} from './tensors/host-tensor';
export { asFloat32, asInt32 } from './tensors/narrow-tensor';

// Formats, each parsed from bytes and serialized to bytes.
export { parseSafetensors, serializeSafetensors, type Safetensors } from './safetensors/safetensors';
export { SAFETENSORS_LIMITS } from './safetensors/safetensors-header';
export { parseTorchCheckpoint } from './torch/torch-checkpoint';
export { serializeTorchCheckpoint } from './torch/serialize-torch-checkpoint';
export { parseNpy, serializeNpy, serializeNpyHeader, type NpyArray, type NpyData } from './npy/npy';
export type { NpyHeader, NpyType } from './npy/npy-header';
export { parseJsonObject } from './parse-json-object';

// Event files of TensorBoard. `createEventFile` of the entry `node` writes them to disk.
export { serializeTensorBoardEvents } from './tensorboard/serialize-tensorboard-events';
export {
  countsHistogram,
  type TensorBoardEvent,
  type TensorBoardHistogram,
  type TensorBoardImage,
  type TensorBoardValue,
} from './tensorboard/tensorboard-event';

// The error of all formats.
export { FileFormatError, type FileFormatProblem } from './file-format-error';
