import * as tf from '@tensorflow/tfjs-core';

/** A tensor of TensorFlow: its id, its shape and TensorFlow's number for its type. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** An operation's attribute, as tfjs-node passes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** tfjs-node's binding to TensorFlow's C library. It identifies tensors by integer ids. */
export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: number[], dtype: number, values: tf.backend_util.BackendValues): number;
  tensorDataSync(id: number): tf.TypedArray;
  deleteTensor(id: number): void;
  executeOp(op: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorMetadata[];
}

/** The binding with the additions of `native/hrm_binding.cc`. */
export interface GraphBinding extends NativeBinding {
  graphCreate(): number;
  /**
   * Adds a node; `inputs` holds pairs of (node, output), `listLengths` a number per input of the op: -1 for a plain
   * one.
   */
  graphAddNode(
    graph: number,
    op: string,
    inputs: number[],
    listLengths: number[],
    attributes: OpAttribute[],
  ): { node: number; outputs: { dtype: number; shape: number[] | null }[] };
  graphAddConstant(graph: number, dtype: number, shape: number[], values: tf.TypedArray): number;
  graphToFunction(graph: number, name: string, nodes: number[], inputs: number[], outputs: number[]): void;
  graphDelete(graph: number): void;
  functionDelete(name: string): void;
  opDefinition(op: string): Uint8Array;
  /** `executeOp` on several lists of inputs in parallel, with one thread for each. */
  executeTogether(op: string, attributes: OpAttribute[], inputs: number[][], outputs: number): TensorMetadata[][];
}

/** tfjs-node's entry of a tensor. While the values are still in JavaScript, `values` holds them and `id` is -1. */
export interface TensorEntry {
  shape: number[];
  dtype: number;
  id: number;
  values: tf.backend_util.BackendValues | null;
  refCount: number;
}

/** The parts of the 'tensorflow' backend that this package uses. */
export interface NativeBackend {
  binding: NativeBinding;
  tensorMap: {
    get(dataId: object): TensorEntry;
    set(dataId: object, entry: TensorEntry): void;
    has(dataId: object): boolean;
  };
  getInputTensorIds(tensors: readonly unknown[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getDTypeInteger(dtype: tf.DataType): number;
  move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void;
  read(dataId: object): Promise<tf.backend_util.BackendValues>;
  readSync(dataId: object): tf.backend_util.BackendValues;
  incRef(dataId: object): void;
  numDataIds(): number;
}

/** A native backend that `setUpNative` has built, whose binding can build graphs. */
export interface GraphBackend extends NativeBackend {
  binding: GraphBinding;
}

/** The native backend if it is the current one. */
export function currentNativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;
}

/** The native backend if it is the current one and can build graphs. */
export function currentGraphBackend(): GraphBackend | undefined {
  const backend = currentNativeBackend();
  return backend && 'graphCreate' in backend.binding ? (backend as GraphBackend) : undefined;
}
