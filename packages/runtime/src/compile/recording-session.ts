import * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, TensorEntry } from '../native/native-backend';
import type { GraphRecorder } from './graph-recorder';
import { interceptBackend } from './intercept-backend';
import type { InputSource, Recorded } from './recorded';
import { RecordingError } from './recording-error';
import { takeApart, type Structure } from './structure';

/** The parts of TensorFlow.js's engine that recording needs. They are public in JavaScript but not in its types. */
interface Engine {
  state: { registeredVariables: Record<string, tf.Variable>; tensorInfo: WeakMap<object, unknown> };
  trackTensor(tensor: tf.Tensor, backend: unknown): void;
  disposeTensor(tensor: tf.Tensor): void;
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
}

/** The most elements of a captured tensor that becomes a constant. TensorFlow can simplify constants in advance. */
const SMALL = 64;
const SMALL_INTEGERS = 4096;

/** One call of a function whose operations go to a {@link GraphRecorder} instead of TensorFlow. */
export class RecordingSession {
  readonly inputs: Recorded['inputs'] = [];
  /** The graph's ids of tensors that were made inside from JavaScript values, or captured. */
  private readonly known = new Map<object, number>();
  private readonly madeInside = new WeakSet<object>();
  /** How many tensors from outside were on another backend, such as those of a model made before it was switched. */
  private movedHere = 0;
  /** The variables by their placeholder data. */
  private readonly variables = new Map<object, tf.Variable>();
  private readonly engine = tf.engine() as Engine;
  /** The error of an asynchronous read. The function may not await that promise, so it is thrown after the call. */
  private failure: RecordingError | undefined;

  constructor(
    private readonly backend: GraphBackend,
    readonly recorder: GraphRecorder,
  ) {}

  run(fn: (...args: unknown[]) => unknown, args: Structure): Recorded {
    const { backend, engine } = this;
    const dataBefore = backend.numDataIds();
    const originals = new Map<tf.Variable, object>();
    const restoreBackend = interceptBackend(backend, {
      addOperation: (op, attributes, inputs) => this.recorder.addOperation(op, attributes, inputs),
      idOf: (tensor) => this.idOfInput(tensor),
      onMove: (dataId) => {
        // TensorFlow.js knows the data of a new tensor only after this.
        if (engine.state.tensorInfo.has(dataId)) this.movedHere++;
        else this.madeInside.add(dataId);
      },
      read: (dataId) => this.read(dataId),
      onFailedRead: (error) => void (this.failure ??= error),
    });
    try {
      for (const variable of Object.values(engine.state.registeredVariables)) {
        originals.set(variable, variable.dataId);
        this.givePlaceholder(variable);
      }
      let recorded!: Recorded;
      tf.tidy(() => {
        recorded = this.call(fn, args, originals);
      });
      this.refuseNewVariables(originals);
      for (const [variable, dataId] of originals) this.restore(variable, dataId);
      originals.clear();
      if (backend.numDataIds() > dataBefore + this.movedHere) {
        throw new RecordingError(
          'it keeps a tensor made inside after the call (tf.keep, or a closure): make it before the call, or return it',
        );
      }
      return recorded;
    } finally {
      for (const [variable, dataId] of originals) this.restore(variable, dataId);
      restoreBackend();
    }
  }

  private refuseNewVariables(originals: ReadonlyMap<tf.Variable, object>): void {
    const made = Object.values(this.engine.state.registeredVariables).filter((variable) => !originals.has(variable));
    for (const variable of made) variable.dispose();
    if (made.length === 0) return;
    throw new RecordingError(
      `it makes the variable ${made[0]!.name} inside (an optimizer's state on first use?): make it before, for example by one uncompiled call`,
    );
  }

  private call(fn: (...args: unknown[]) => unknown, args: Structure, originals: Map<tf.Variable, object>): Recorded {
    const placeholders = args.tensors.map((tensor, argument) => {
      const { dtype, shape } = this.backend.tensorMap.get(tensor.dataId);
      return this.makeInput(dtype, shape, tensor.dtype, { argument });
    });
    const value = fn(...(args.rebuild(placeholders) as unknown[]));
    if (this.failure) throw this.failure;
    if (value instanceof Promise) {
      value.catch(() => undefined);
      throw new RecordingError('it is asynchronous, which a graph cannot be: make it a plain function');
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
    // Each result gets its own Identity node, because a function may return an argument, or the same tensor twice.
    const identity = (id: number) => this.recorder.addOperation('Identity', [], [id])[0]!.id;
    return {
      recorder: this.recorder,
      inputs: this.inputs,
      outputs: outputs.map(identity),
      result: { ...result, tensors: [] },
      assigned: assigned.map(({ variable, id }) => ({ variable, id: identity(id) })),
    };
  }

  /** A placeholder tensor, without values, for an input of the graph. */
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
   * Gives a variable its own placeholder data during the call. Two variables may share data until one is assigned, and
   * an assignment would free the real data.
   */
  private givePlaceholder(variable: tf.Variable): void {
    const { dtype, shape } = this.backend.tensorMap.get(variable.dataId);
    const dataId = this.enter(0, dtype, shape);
    this.variables.set(dataId, variable);
    variable.dataId = dataId;
    this.engine.trackTensor(variable, this.backend);
    // TensorFlow would free a positive id as a real tensor. `idOf` replaces this id on first use.
    this.backend.tensorMap.get(dataId).id = -1;
  }

  private restore(variable: tf.Variable, dataId: object): void {
    if (!variable.isDisposed) this.engine.disposeTensor(variable);
    variable.dataId = dataId;
  }

  /** The graph's id of a tensor. Adds a variable, a captured tensor or a constant to the graph on first use. */
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

  /**
   * Adds a tensor from outside. Tensors never change: a small one becomes a constant, a large one is kept as an input.
   */
  private addCaptured(tensor: { dataId: object; shape: number[]; dtype: tf.DataType }, entry: TensorEntry): number {
    const { backend } = this;
    const size = tf.util.sizeFromShape(entry.shape);
    if (tensor.dtype === 'string') throw new RecordingError('it uses a tensor of strings from outside');
    if (size <= SMALL || (tensor.dtype === 'int32' && size <= SMALL_INTEGERS)) {
      return this.addValues(entry, entry.values ?? this.backend.binding.tensorDataSync(entry.id));
    }
    backend.incRef(tensor.dataId);
    const captured = this.engine.makeTensorFromTensorInfo({ ...tensor, shape: entry.shape });
    tf.keep(captured);
    return this.addInput(entry.dtype, entry.shape, { captured });
  }

  private idOfInput(tensor: unknown): number {
    // tfjs-node passes 64-bit attributes as its own objects instead of tensors.
    const { valueArray } = tensor as { valueArray?: Int32Array };
    if (valueArray) return this.recorder.addConstant(this.backend.binding.TF_INT64, [], valueArray);
    return this.idOf(tensor as tf.Tensor);
  }

  private read(dataId: object): tf.backend_util.BackendValues {
    const { backend } = this;
    const entry = backend.tensorMap.get(dataId);
    const real = entry.id >= 0 || (entry.values !== null && !this.variables.has(dataId));
    if (real) return entry.values ?? this.backend.binding.tensorDataSync(entry.id);
    const variable = this.variables.get(dataId);
    const output = entry.id < -1 ? this.recorder.output(entry.id) : undefined;
    const what = variable
      ? `the variable ${variable.name}`
      : output?.op === 'Placeholder'
        ? 'an argument'
        : `the result of the operation ${output?.op}`;
    throw new RecordingError(
      `it reads the values of ${what} (dataSync, data, array, print), which are known only when the graph runs: use tensor operations, or return the tensor and read it outside`,
    );
  }
}
