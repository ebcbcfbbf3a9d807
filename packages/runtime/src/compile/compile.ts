import type * as tf from '@tensorflow/tfjs-core';
import { currentGraphBackend } from '../native/native-backend';
import { expectCompileArguments } from '../backend/expect-compile-arguments';
import type { CompileMode } from './compile-mode';
import { recordGraph, type CompiledGraph } from './compiled-graph';
import { recordingMode } from './record';
import { RecordingError } from './recording-error';
import { takeApart } from './structure';

/** The facts of a recording, for `onRecord`. */
export interface RecordingReport {
  name: string;
  /** Counts the recordings of this function: 1 for the first signature, 2 for the second, and so on. */
  recordings: number;
  /** The structure, types, shapes and plain values of the arguments. */
  signature: string;
  /** Operations in the graph, and bytes of its distinct constants. */
  operations: number;
  constantBytes: number;
  /** The time of the recording. With mode 'xla' the first run also compiles, which takes longer. */
  seconds: number;
}

/** Options of {@link compile}. */
export interface CompileOptions {
  /** Default 'xla'. */
  mode?: CompileMode;
  /** The name in messages. Default: the function's own name. */
  name?: string;
  /** Record twice and compare, so that a function that changes between calls is an error. Default true. */
  verify?: boolean;
  /** The most signatures that may be recorded. Each takes time and memory. Default 32. */
  maxRecordings?: number;
  /** Called after each recording. Default: console.warn prints a line for every further signature. */
  onRecord?: (report: RecordingReport) => void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyFunction = (...args: any[]) => any;

/** A compiled function. It is called like the original. */
export type Compiled<F extends AnyFunction> = F & {
  /**
   * Calls the function with several lists of arguments in parallel, and returns the results in order. This is faster
   * where one call is too small for all cores. Runs the calls one after another if the function assigns variables or is
   * not compiled, or if the signatures differ.
   */
  together(calls: readonly Parameters<F>[]): ReturnType<F>[];
  /** Frees the graphs. A later call records again. */
  dispose(): void;
  [Symbol.dispose](): void;
  /** The number of recorded signatures; 0 where the function is not compiled. */
  readonly recordings: number;
};

/**
 * Compiles a function of tensors, gradients and variable updates included, into one TensorFlow computation. The first
 * call records the operations of the function without executing them, and TensorFlow compiles them. Later calls run the
 * compiled code. Results agree with the function's within float32 rounding. On any backend except the native one of
 * `setUpNative`, the function itself runs.
 *
 * - Arguments and results may be nested in plain objects, arrays and maps. New shapes, types or plain values (numbers,
 *   strings, booleans) are a new signature and are recorded again. So pass a number that changes as `tf.scalar`.
 * - Variables are read and assigned at each call, also those that are not arguments. Other tensors from outside keep the
 *   values that they had during recording.
 * - The function must do the same at each call. It must not read values of tensors, draw random numbers or keep tensors.
 *   Otherwise a `RecordingError` names the problem. A recording calls the function twice; later calls do not call it.
 * - Results belong to the caller's `tf.tidy`. No gradient flows through a compiled function: compile the function that
 *   computes the gradient.
 * - `tf.gather` does not check its indices in a compiled function.
 *
 * @throws RecordingError on the first call with a signature.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { compile, selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const weight = tf.variable(tf.zeros([3, 1]));
 * const step = compile((x: tf.Tensor2D, y: tf.Tensor2D, rate: tf.Scalar) => {
 *   const loss = () => tf.mean(tf.square(tf.sub(tf.matMul(x, weight as tf.Tensor2D), y))) as tf.Scalar;
 *   const { value, grads } = tf.variableGrads(loss, [weight]);
 *   weight.assign(tf.sub(weight, tf.mul(rate, grads[weight.name]!)));
 *   return value;
 * });
 * const x = tf.tensor2d([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
 * const y = tf.tensor2d([[1], [2], [3]]);
 * for (let i = 0; i < 100; i++) tf.tidy(() => void step(x, y, tf.scalar(0.5)));
 * weight.print(); // [[1], [2], [3]]
 * step.dispose();
 * ```
 */
export function compile<F extends AnyFunction>(fn: F, options: CompileOptions = {}): Compiled<F> {
  expectCompileArguments(fn, options);
  const { mode = 'xla', name = fn.name || 'function', verify = true, maxRecordings = 32 } = options;
  const onRecord = options.onRecord ?? warnOfAnotherRecording;
  const graphs = new Map<string, CompiledGraph>();

  /** The graph for these arguments. Records a new signature. Undefined where the function is not compiled. */
  const graphFor = (args: readonly unknown[]): { graph: CompiledGraph; tensors: tf.Tensor[] } | undefined => {
    const backend = mode === 'eager' ? undefined : currentGraphBackend();
    if (!backend || recordingMode(backend)) return undefined;
    const structure = takeApart(args);
    let graph = graphs.get(structure.signature);
    if (graph && !graph.isUsableOn(backend)) {
      graph.dispose();
      graph = undefined;
    }
    if (!graph) {
      if (graphs.size >= maxRecordings) throw tooManyRecordings(name, [...graphs.keys(), structure.signature]);
      const started = performance.now();
      try {
        graph = recordGraph(backend, fn, structure, { mode, name, verify });
      } catch (error) {
        if (!(error instanceof RecordingError)) throw error;
        throw new RecordingError(`compile: ${name} cannot be recorded: ${error.message}.`, { cause: error });
      }
      graphs.set(structure.signature, graph);
      const { operations, constantBytes } = graph;
      const seconds = (performance.now() - started) / 1000;
      onRecord({ name, recordings: graphs.size, signature: structure.signature, operations, constantBytes, seconds });
    }
    return { graph, tensors: structure.tensors };
  };
  const compiled = (...args: unknown[]): unknown => {
    const found = graphFor(args);
    return found ? found.graph.run(found.tensors) : fn(...args);
  };
  const together = (calls: readonly unknown[][]): unknown[] => {
    const found = calls.map(graphFor);
    const graph = found[0]?.graph;
    const alike = graph && !graph.assigns && found.every((each) => each?.graph === graph);
    return alike ? graph.runTogether(found.map((each) => each!.tensors)) : calls.map((args) => compiled(...args));
  };

  const dispose = () => {
    for (const graph of graphs.values()) graph.dispose();
    graphs.clear();
  };

  return Object.defineProperties(compiled, {
    name: { value: name },
    together: { value: together },
    recordings: { get: () => graphs.size },
    dispose: { value: dispose },
    [Symbol.dispose]: { value: dispose },
  }) as Compiled<F>;
}

function warnOfAnotherRecording({ name, recordings, signature }: RecordingReport): void {
  if (recordings === 1) return;
  const shown = signature.length > 200 ? `${signature.slice(0, 200)}...` : signature;
  console.warn(`compile: ${name} is recorded again, for signature ${recordings}: ${shown}`);
}

function tooManyRecordings(name: string, signatures: string[]): RecordingError {
  const [previous, last] = signatures.slice(-2);
  return new RecordingError(
    `compile: ${name} has been recorded for ${signatures.length - 1} signatures and was called with a new one. Does a number or shape change from call to call? Pass numbers as tf.scalar, pad shapes, or raise maxRecordings. The last two: ${previous} and ${last}`,
  );
}
