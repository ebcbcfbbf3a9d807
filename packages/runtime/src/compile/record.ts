import * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, NativeBinding, TensorEntry, TensorMetadata } from '../native/native-backend';
import { uncheckGather } from './gather-without-check';
import { GraphRecorder } from './graph-recorder';
import { RecordingError } from './recording-error';
import { takeApart, type Structure } from './structure';

/** A function's operations as a graph, and what goes in and out of it. */
export interface Recorded {
  recorder: GraphRecorder;
  /** The graph's inputs, in the order given. */
  inputs: { id: number; source: InputSource }[];
  /** The ids of the results' tensors. */
  outputs: number[];
  /** The structure of the result. */
  result: Structure;
  /** What variables were assigned. */
  assigned: { variable: tf.Variable; id: number }[];
}

/** Where an input's tensor comes from at each call. */
export type InputSource = { argument: number } | { variable: tf.Variable } | { captured: tf.Tensor };

/** The parts of TensorFlow.js's engine that recording needs; public in JavaScript, missing in its types. */
interface Engine {
  state: { registeredVariables: Record<string, tf.Variable> };
  trackTensor(tensor: tf.Tensor, backend: unknown): void;
  disposeTensor(tensor: tf.Tensor): void;
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
}

/** Captured tensors up to this many elements become constants, which TensorFlow can compute with beforehand. */
const SMALL = 64;
const SMALL_INTEGERS = 4096;

const recording = new WeakSet<object>();

/** Whether a function is being recorded on the backend right now. */
export const isRecording = (backend: object): boolean => recording.has(backend);

/**
 * Calls `fn` once with stand-ins for the arguments' tensors and for every variable, writing down the operations that
 * TensorFlow.js issues instead of carrying them out. Nothing of it remains: variables, tensors and backend are as before.
 *
 * @param earlier a first recording of the same call, to compare with
 */
export function record(
  backend: GraphBackend,
  fn: (...args: unknown[]) => unknown,
  args: Structure,
  earlier?: Recorded,
): Recorded {
  const session = new RecordingSession(backend, new GraphRecorder(backend.binding, earlier?.recorder));
  try {
    const recorded = session.run(fn, args);
    recorded.recorder.compareEnd();
    return recorded;
  } catch (error) {
    session.recorder.dispose();
    disposeCaptured(session.inputs);
    throw error;
  }
}

/** Lets go of the tensors from outside that a recording holds. */
export function disposeCaptured(inputs: Recorded['inputs']): void {
  for (const { source } of inputs) if ('captured' in source) source.captured.dispose();
}

class RecordingSession {
  readonly inputs: Recorded['inputs'] = [];
  /** Ids of tensors with values of their own: made inside from JavaScript values, or captured. */
  private readonly known = new Map<object, number>();
  private readonly madeInside = new WeakSet<object>();
  /** Data of variables' stand-ins. */
  private readonly variables = new Map<object, tf.Variable>();
  private readonly engine = tf.engine() as Engine;
  /** A read of values returns a promise that nobody may be waiting for, so it is reported after the call. */
  private failure: RecordingError | undefined;

  constructor(
    private readonly backend: GraphBackend,
    readonly recorder: GraphRecorder,
  ) {}

  run(fn: (...args: unknown[]) => unknown, args: Structure): Recorded {
    const { backend, engine } = this;
    const dataBefore = backend.numDataIds();
    const originals = new Map<tf.Variable, object>();
    const restoreBackend = this.replaceBackendMethods();
    recording.add(backend);
    try {
      for (const variable of Object.values(engine.state.registeredVariables)) {
        originals.set(variable, variable.dataId);
        this.giveStandIn(variable);
      }
      let recorded!: Recorded;
      tf.tidy(() => {
        recorded = this.call(fn, args, originals);
      });
      this.refuseNewVariables(originals);
      for (const [variable, dataId] of originals) this.restore(variable, dataId);
      originals.clear();
      if (backend.numDataIds() > dataBefore) {
        throw new RecordingError(
          'it keeps a tensor made inside beyond the call (tf.keep, or a closure): make it before, or return it',
        );
      }
      return recorded;
    } finally {
      for (const [variable, dataId] of originals) this.restore(variable, dataId);
      restoreBackend();
      recording.delete(backend);
    }
  }

  private refuseNewVariables(originals: ReadonlyMap<tf.Variable, object>): void {
    const made = Object.values(this.engine.state.registeredVariables).filter((variable) => !originals.has(variable));
    for (const variable of made) variable.dispose();
    if (made.length === 0) return;
    throw new RecordingError(
      `it makes the variable ${made[0]!.name} inside (an optimizer's state on first use?): make it before, by one call uncompiled if need be`,
    );
  }

  private call(fn: (...args: unknown[]) => unknown, args: Structure, originals: Map<tf.Variable, object>): Recorded {
    const standIns = args.tensors.map((tensor, argument) => {
      const { dtype, shape } = this.backend.tensorMap.get(tensor.dataId);
      return this.makeInput(dtype, shape, tensor.dtype, { argument });
    });
    const value = fn(...(args.rebuild(standIns) as unknown[]));
    if (this.failure) throw this.failure;
    if (value instanceof Promise) {
      value.catch(() => undefined);
      throw new RecordingError('it is asynchronous, and a graph has nothing to wait for: make it a plain function');
    }
    const result = takeApart(value);
    if (/\b(object|function)#/.test(result.signature)) {
      throw new RecordingError(
        'it returns something other than tensors, numbers, strings, plain objects, arrays and maps',
      );
    }
    const outputs = result.tensors.map((tensor) => this.idOf(tensor));
    const assigned: Recorded['assigned'] = [];
    for (const variable of originals.keys()) {
      if (variable.isDisposed) throw new RecordingError(`it disposes the variable ${variable.name}: do that outside`);
      if (this.variables.get(variable.dataId) !== variable) assigned.push({ variable, id: this.idOf(variable) });
    }
    // Names each result anew: a function may return an argument, or the same tensor twice.
    const identity = (id: number) => this.recorder.addOperation('Identity', [], [id])[0]!.id;
    return {
      recorder: this.recorder,
      inputs: this.inputs,
      outputs: outputs.map(identity),
      result: { ...result, tensors: [] },
      assigned: assigned.map(({ variable, id }) => ({ variable, id: identity(id) })),
    };
  }

  /** A tensor without values that stands for an input of the graph. */
  private makeInput(type: number, shape: number[], dtype: tf.DataType, source: InputSource): tf.Tensor {
    const id = this.addInput(type, shape, source);
    const dataId = this.enter(id, type, shape);
    return this.engine.makeTensorFromTensorInfo({ dataId, shape, dtype });
  }

  private addInput(dtype: number, shape: number[], source: InputSource): number {
    const id = this.recorder.addInput(dtype, shape);
    this.inputs.push({ id, source });
    return id;
  }

  private enter(id: number, dtype: number, shape: number[]): object {
    const dataId = {};
    this.backend.tensorMap.set(dataId, { id, dtype, shape, values: null, refCount: 1 });
    return dataId;
  }

  /**
   * Points a variable at data of its own for the time of the call: two variables may share theirs until one is assigned,
   * and an assignment would free the real data.
   */
  private giveStandIn(variable: tf.Variable): void {
    const { dtype, shape } = this.backend.tensorMap.get(variable.dataId);
    const dataId = this.enter(0, dtype, shape);
    this.variables.set(dataId, variable);
    variable.dataId = dataId;
    this.engine.trackTensor(variable, this.backend);
    // Positive ids would be freed as real tensors; idOf replaces this one on first use.
    this.backend.tensorMap.get(dataId).id = -1;
  }

  private restore(variable: tf.Variable, dataId: object): void {
    if (!variable.isDisposed) this.engine.disposeTensor(variable);
    variable.dataId = dataId;
  }

  /** The graph's id of a tensor: of one made by a recorded operation, or of an input or constant added now. */
  private idOf(tensor: { dataId: object; shape: number[]; dtype: tf.DataType }): number {
    const { backend } = this;
    const entry = backend.tensorMap.get(tensor.dataId);
    if (entry.id < -1) return entry.id;
    const variable = this.variables.get(tensor.dataId);
    if (variable) return (entry.id = this.addInput(entry.dtype, entry.shape, { variable }));
    const known = this.known.get(tensor.dataId);
    if (known !== undefined) return known;
    const id = this.madeInside.has(tensor.dataId)
      ? this.addValues(entry, entry.values)
      : this.addCaptured(tensor, entry);
    this.known.set(tensor.dataId, id);
    return id;
  }

  private addValues({ dtype, shape }: TensorEntry, values: tf.backend_util.BackendValues | null): number {
    if (!ArrayBuffer.isView(values)) throw new RecordingError('it makes a tensor of strings inside: pass it in');
    return this.recorder.addConstant(dtype, shape, values);
  }

  /** A tensor from outside. Tensors never change, so a small one becomes a constant; of a large one the data is kept. */
  private addCaptured(tensor: { dataId: object; shape: number[]; dtype: tf.DataType }, entry: TensorEntry): number {
    const { backend } = this;
    const size = tf.util.sizeFromShape(entry.shape);
    if (tensor.dtype === 'string') throw new RecordingError('it uses a tensor of strings from outside');
    if (size <= SMALL || (tensor.dtype === 'int32' && size <= SMALL_INTEGERS)) {
      return this.addValues(entry, entry.values ?? this.original.tensorDataSync(entry.id));
    }
    backend.incRef(tensor.dataId);
    const captured = this.engine.makeTensorFromTensorInfo({ ...tensor, shape: entry.shape });
    tf.keep(captured);
    return this.addInput(entry.dtype, entry.shape, { captured });
  }

  private original!: NativeBinding;

  /** Puts this recording between TensorFlow.js and TensorFlow. Returns what takes it out again. */
  private replaceBackendMethods(): () => void {
    const { backend } = this;
    const { binding } = backend;
    this.original = binding;
    const refuse = (what: string) => () => {
      throw new RecordingError(`it ${what}, which a graph cannot do: do it outside`);
    };
    // The native object's own properties are read-only, hence another that inherits from it.
    const replacement = Object.create(binding, {
      executeOp: {
        value: (op: string, attributes: never[], inputs: number[]): TensorMetadata[] =>
          this.recorder.addOperation(op, attributes, inputs),
      },
      createTensor: { value: refuse('hands raw data to TensorFlow') },
      loadSavedModel: { value: refuse('loads a model') },
      runSavedModel: { value: refuse('runs a loaded model') },
    }) as GraphBackend['binding'];
    const readSync = (dataId: object) => this.read(dataId);
    const own: Partial<GraphBackend> = {
      binding: replacement,
      getInputTensorIds: (tensors) => tensors.map((tensor) => this.idOfInput(tensor)),
      move: (dataId, ...rest) => {
        this.madeInside.add(dataId);
        Object.getPrototypeOf(backend).move.call(backend, dataId, ...rest);
      },
      readSync,
      read: (dataId) => {
        try {
          return Promise.resolve(readSync(dataId));
        } catch (error) {
          this.failure ??= error as RecordingError;
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

  private idOfInput(tensor: unknown): number {
    // tfjs-node passes 64-bit attributes as objects of its own, not tensors.
    const { valueArray } = tensor as { valueArray?: Int32Array };
    if (valueArray) return this.recorder.addConstant(this.backend.binding.TF_INT64, [], valueArray);
    return this.idOf(tensor as tf.Tensor);
  }

  private read(dataId: object): tf.backend_util.BackendValues {
    const { backend } = this;
    const entry = backend.tensorMap.get(dataId);
    const real = entry.id >= 0 || (entry.values !== null && !this.variables.has(dataId));
    if (real) return entry.values ?? this.original.tensorDataSync(entry.id);
    const variable = this.variables.get(dataId);
    const output = entry.id < -1 ? this.recorder.output(entry.id) : undefined;
    const what = variable
      ? `the variable ${variable.name}`
      : output?.op === 'Placeholder'
        ? 'an argument'
        : `what the operation ${output?.op} gives`;
    throw new RecordingError(
      `it reads the values of ${what} (dataSync, data, array, print), which are known only when the graph runs: use tensor operations, or return the tensor and read it outside`,
    );
  }
}
