import type { GraphBackend, OpAttribute, TensorMetadata } from '../native/native-backend';
import type * as tf from '@tensorflow/tfjs-core';
import { uncheckGather } from './gather-without-check';
import { RecordingError } from './recording-error';

/** The calls of TensorFlow.js to its backend that a recording handles itself. */
export interface BackendCalls {
  /** Adds an operation to the graph. */
  addOperation(op: string, attributes: OpAttribute[], inputs: number[]): TensorMetadata[];
  /** The graph's id of a tensor, or of a 64-bit attribute of tfjs-node. */
  idOf(tensor: unknown): number;
  /** Called when the function makes a tensor from JavaScript values. */
  onMove(dataId: object): void;
  /** The values of a tensor. Throws a RecordingError where they are known only when the graph runs. */
  read(dataId: object): tf.backend_util.BackendValues;
  /** Called with the error of an asynchronous read, whose promise then never settles. */
  onFailedRead(error: RecordingError): void;
}

/** Redirects the backend's calls to `calls`. Returns the function that restores the backend. */
export function interceptBackend(backend: GraphBackend, calls: BackendCalls): () => void {
  const { binding } = backend;
  const refuse = (what: string) => () => {
    throw new RecordingError(`it ${what}, which a graph cannot do: do it outside`);
  };
  // The native object's own properties are read-only. So another object inherits from it.
  const replacement = Object.create(binding, {
    executeOp: {
      value: (op: string, attributes: never[], inputs: number[]) => calls.addOperation(op, attributes, inputs),
    },
    tensorDataSync: { value: (id: number) => binding.tensorDataSync(id) },
    // Tensors of a graph hold no memory.
    deleteTensor: { value: () => undefined },
    createTensor: { value: refuse('hands raw data to TensorFlow') },
    loadSavedModel: { value: refuse('loads a model') },
    runSavedModel: { value: refuse('runs a loaded model') },
  }) as GraphBackend['binding'];
  const own: Partial<GraphBackend> = {
    binding: replacement,
    getInputTensorIds: (tensors) => tensors.map((tensor) => calls.idOf(tensor)),
    move: (dataId, ...rest) => {
      calls.onMove(dataId);
      Object.getPrototypeOf(backend).move.call(backend, dataId, ...rest);
    },
    readSync: (dataId) => calls.read(dataId),
    read: (dataId) => {
      try {
        return Promise.resolve(calls.read(dataId));
      } catch (error) {
        calls.onFailedRead(error as RecordingError);
        return new Promise(() => undefined);
      }
    },
  };
  Object.assign(backend, own);
  const restoreKernel = uncheckGather();
  return () => {
    restoreKernel();
    backend.binding = binding;
    for (const name of ['getInputTensorIds', 'move', 'readSync', 'read'] as const) delete (backend as never)[name];
  };
}
