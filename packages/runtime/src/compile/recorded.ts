import type * as tf from '@tensorflow/tfjs-core';
import type { GraphRecorder } from './graph-recorder';
import type { Structure } from './structure';

/** A function recorded as a graph, with the graph's inputs and outputs. */
export interface Recorded {
  recorder: GraphRecorder;
  /** The graph's inputs, in order. */
  inputs: { id: number; source: InputSource }[];
  /** The ids of the result's tensors. */
  outputs: number[];
  /** The structure of the result. */
  result: Structure;
  /** The variables that the function assigns, and the ids of their new values. */
  assigned: { variable: tf.Variable; id: number }[];
}

/** Where an input's tensor comes from at each call. `captured` is a tensor from outside the function. */
export type InputSource = { argument: number } | { variable: tf.Variable } | { captured: tf.Tensor };

/** Frees the captured tensors that a recording keeps. */
export function disposeCaptured(inputs: Recorded['inputs']): void {
  for (const { source } of inputs) if ('captured' in source) source.captured.dispose();
}
