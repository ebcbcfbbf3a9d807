import type * as tf from '@tensorflow/tfjs-core';
import { currentGraphBackend } from '../native/native-backend';
import { recordGraph, type CompiledGraph, type CompileMode } from './compiled-graph';
import { isRecording } from './record';
import { RecordingError } from './recording-error';
import { takeApart } from './structure';

/** Told when a function is recorded. */
export interface RecordingReport {
  name: string;
  /** 1 for the first recording, 2 for that of a second signature, and so on. */
  recordings: number;
  /** The arguments' structure, types, shapes and plain values. */
  signature: string;
  /** Operations in the graph, and bytes of its distinct constants. */
  operations: number;
  constantBytes: number;
  /** How long the recording took. With mode 'xla' the first run compiles, which takes longer. */
  seconds: number;
}

export interface CompileOptions {
  /** Default 'xla'. */
  mode?: CompileMode;
  /** For messages. Default the function's own name. */
  name?: string;
  /** Record twice and compare, so that a function that does other things each time is an error and not wrong. Default true. */
  verify?: boolean;
  /** How many signatures may be recorded before that is an error: each costs time and memory. Default 32. */
  maxRecordings?: number;
  /** Told of each recording. Default: a line on console.warn when a new signature makes it record again. */
  onRecord?: (report: RecordingReport) => void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyFunction = (...args: any[]) => any;

/** A compiled function: called like the one it was made of. */
export type Compiled<F extends AnyFunction> = F & {
  /**
   * Calls it with each of several lists of arguments, at once, and gives their results in order: where one call is too small to
   * keep all cores busy, two are. A function that assigns variables, one that runs as it is, and calls of different
   * signatures go one after the other.
   */
  together(calls: readonly Parameters<F>[]): ReturnType<F>[];
  /** Frees the graphs. Recorded anew if called again. */
  dispose(): void;
  [Symbol.dispose](): void;
  /** How many signatures are recorded now; 0 where it is the function itself. */
  readonly recordings: number;
};

/**
 * Makes of a function of tensors one that TensorFlow runs as a whole. The first call records the operations that the function
 * issues (gradients too) without carrying them out, and TensorFlow compiles them; later calls run the result. Answers are
 * those of the function within float32 rounding. Where the backend is not the native one that `setUpNative` has built, the
 * function runs as it is.
 *
 * - Arguments and results may be nested in plain objects, arrays and maps. Other shapes, types or plain values (numbers,
 *   strings, booleans) are another signature and are recorded anew: pass a number that changes as `tf.scalar`.
 * - Variables are read and assigned at each call, wherever the function got them from. Other tensors that it uses from
 *   outside are taken as they were when it was recorded.
 * - The function must do the same each time, and read no tensor's values, draw no random numbers and keep no tensor inside:
 *   else a `RecordingError` says what and why. It is called twice for a recording, and not after.
 * - Results belong to the caller's `tf.tidy`. No gradient flows through a compiled function: compile the function that takes it.
 * - `tf.gather` does not check its indices inside.
 *
 * @throws RecordingError on the first call with a signature
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
  const { mode = 'xla', name = fn.name || 'function', verify = true, maxRecordings = 32 } = options;
  const onRecord = options.onRecord ?? warnOfAnotherRecording;
  const graphs = new Map<string, CompiledGraph>();

  /** The graph for arguments, recorded if they are the first of their signature; undefined where the function runs as it is. */
  const graphFor = (args: readonly unknown[]): { graph: CompiledGraph; tensors: tf.Tensor[] } | undefined => {
    const backend = mode === 'eager' ? undefined : currentGraphBackend();
    if (!backend || isRecording(backend)) return undefined;
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
  console.warn(`compile: ${name} is recorded again, for its signature no. ${recordings}: ${shown}`);
}

function tooManyRecordings(name: string, signatures: string[]): RecordingError {
  const [previous, last] = signatures.slice(-2);
  return new RecordingError(
    `compile: ${name} has been recorded for ${signatures.length - 1} signatures, and meets another: a number or shape that changes from call to call? Pass numbers as tf.scalar, pad shapes, or raise maxRecordings. The last two: ${previous} and ${last}`,
  );
}
