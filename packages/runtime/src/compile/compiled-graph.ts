import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBackend, OpAttribute, TensorMetadata } from '../native/native-backend';
import type { CompileMode } from './compile-mode';
import { record } from './record';
import { disposeCaptured, type Recorded } from './recorded';
import { RecordingError } from './recording-error';
import type { Structure } from './structure';

let functions = 0;

/** Records a function for arguments of one signature. */
export function recordGraph(
  backend: GraphBackend,
  fn: (...args: unknown[]) => unknown,
  args: Structure,
  { mode, name, verify }: { mode: CompileMode; name: string; verify: boolean },
): CompiledGraph {
  // Moves values that are still in JavaScript to TensorFlow, because recording reads TensorFlow's types and shapes.
  backend.getInputTensorIds(args.tensors);
  const recorded = record(backend, fn, args, { mode });
  try {
    if (verify) disposeCaptured(record(backend, fn, args, { mode, earlier: recorded }).inputs);
    return new CompiledGraph(backend, recorded, name, mode);
  } catch (error) {
    disposeCaptured(recorded.inputs);
    throw error;
  } finally {
    recorded.recorder.dispose();
  }
}

/** A recording as a function of TensorFlow, which TensorFlow compiles at its first run. */
export class CompiledGraph {
  readonly operations: number;
  readonly constantBytes: number;
  private readonly function: string;
  private readonly attributes: OpAttribute[];
  private readonly outputs: number;

  constructor(
    private readonly backend: GraphBackend,
    private readonly recorded: Recorded,
    private readonly name: string,
    private readonly mode: CompileMode,
  ) {
    const { binding } = backend;
    // TensorFlow keeps compiled code by the function's name, so each name must be unique.
    const unique = `${functions++}_${Math.random().toString(36).slice(2, 10)}`;
    this.function = `compiled_${name.replace(/\W/g, '_')}_${unique}`;
    this.attributes = mode === 'xla' ? [{ name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL, value: true }] : [];
    const { recorder, inputs, outputs, assigned } = recorded;
    const results = [...outputs, ...assigned.map(({ id }) => id)];
    this.outputs = results.length;
    this.constantBytes = recorder.constantBytes;
    this.operations = recorder.finish(
      this.function,
      inputs.map(({ id }) => id),
      results,
    );
  }

  /** Whether the backend is the same, and no variable that it reads or assigns was disposed. */
  isUsableOn(backend: GraphBackend): boolean {
    const { inputs, assigned } = this.recorded;
    return (
      this.backend === backend &&
      inputs.every(({ source }) => !('variable' in source) || !source.variable.isDisposed) &&
      assigned.every(({ variable }) => !variable.isDisposed)
    );
  }

  /** Whether it assigns variables, so that a second call depends on the first. */
  get assigns(): boolean {
    return this.recorded.assigned.length > 0;
  }

  run(args: readonly tf.Tensor[]): unknown {
    const { binding } = this.backend;
    const ids = this.inputIds(args);
    return this.finish(this.attempt(() => binding.executeOp(this.function, this.attributes, ids, this.outputs)));
  }

  /** Runs it in parallel on several lists of arguments. Only for a function that assigns no variables. */
  runTogether(calls: readonly (readonly tf.Tensor[])[]): unknown[] {
    const { binding } = this.backend;
    const ids = calls.map((args) => this.inputIds(args));
    const results = this.attempt(() => binding.executeTogether(this.function, this.attributes, ids, this.outputs));
    return results.map((metadata) => this.finish(metadata));
  }

  private inputIds(args: readonly tf.Tensor[]): number[] {
    const tensors = this.recorded.inputs.map(({ source }) => {
      if ('argument' in source) return args[source.argument]!;
      return 'variable' in source ? source.variable : source.captured;
    });
    return this.backend.getInputTensorIds(tensors);
  }

  private finish(metadata: readonly TensorMetadata[]): unknown {
    const { backend, recorded } = this;
    const results = metadata.map((each) => backend.createOutputTensor(each));
    recorded.assigned.forEach(({ variable }, index) => {
      const value = results[recorded.outputs.length + index]!;
      variable.assign(value);
      value.dispose();
    });
    return recorded.result.rebuild(results);
  }

  private attempt<T>(execute: () => T): T {
    try {
      return execute();
    } catch (error) {
      throw this.explain(error as Error);
    }
  }

  private explain(error: Error): Error {
    if (this.mode !== 'xla' || !/unsupported operations|XLA|compile-time constant/i.test(error.message)) return error;
    const why = /\b(?:on XLA_\w+): (.+)/.exec(error.message)?.[1] ?? error.message;
    return new RecordingError(
      `compile: XLA cannot compile ${this.name}: ${why}. With mode 'graph' TensorFlow runs it without XLA.`,
      { cause: error },
    );
  }

  dispose(): void {
    disposeCaptured(this.recorded.inputs);
    this.backend.binding.functionDelete(this.function);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
