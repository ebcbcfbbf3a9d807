import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../controllers/halting-controller';
import { haltingHistogram } from '../metrics/halting-histogram';

/** What inference with halting found; one row a sample, in the order of the puzzles. */
export interface InferenceResult {
  /** Predicted tokens, `[samples * seqLen]`. */
  answers: Int32Array;
  /** Segments that each sample used, `[samples]`. */
  steps: Int32Array;
  /** The controller's logits when the sample left, `[samples]` each. */
  haltLogits: { [name: string]: Float32Array };
  /** The controller's state when the sample left, such as `remaining` or `residual`, `[samples]` each. */
  haltingState: { [name: string]: Float32Array };
  meanSegments: number;
  /** How many samples left after 1, 2, ... segments, `maxSegments` counts. */
  histogram: number[];
  /** Rows computed over all segments, those of samples that had left already included: what the time goes with. */
  rowsComputed: number;
}

/** Collects what samples leave with. */
export class LeavingSamples {
  readonly #answers: Int32Array;
  readonly #steps: Int32Array;
  readonly #haltLogits: { [name: string]: Float32Array } = {};
  readonly #haltingState: { [name: string]: Float32Array } = {};

  constructor(samples: number, seqLen: number) {
    this.#answers = new Int32Array(samples * seqLen);
    this.#steps = new Int32Array(samples);
  }

  /**
   * Notes the samples that leave after a segment, and waits for the backend to do so.
   *
   * @param rows the sample in each row of the batch that leaves, undefined for rows that do not.
   */
  async note(
    segment: number,
    rows: readonly (number | undefined)[],
    outputs: { answers: tf.Tensor2D; haltLogits: NamedTensors; haltingState: NamedTensors },
  ): Promise<void> {
    copyRows(rows, (await outputs.answers.data()) as Int32Array, this.#answers);
    for (const [kept, tensors] of [
      [this.#haltLogits, outputs.haltLogits],
      [this.#haltingState, outputs.haltingState],
    ] as const) {
      for (const [name, tensor] of Object.entries(tensors)) {
        kept[name] ??= new Float32Array(this.#steps.length * (tensor.size / rows.length));
        copyRows(rows, (await tensor.data()) as Float32Array, kept[name]);
      }
    }
    for (const sample of rows) if (sample !== undefined) this.#steps[sample] = segment;
  }

  /** Everything, once all have left. */
  result(maxSegments: number, rowsComputed: number): InferenceResult {
    return {
      answers: this.#answers,
      steps: this.#steps,
      haltLogits: this.#haltLogits,
      haltingState: this.#haltingState,
      meanSegments: this.#steps.reduce((sum, used) => sum + used, 0) / this.#steps.length,
      histogram: haltingHistogram(this.#steps, maxSegments),
      rowsComputed,
    };
  }
}

/** Copies the rows of a batch to the places of their samples. */
function copyRows<Values extends Int32Array | Float32Array>(
  rows: readonly (number | undefined)[],
  batch: Values,
  samples: Values,
): void {
  const size = batch.length / rows.length;
  rows.forEach((sample, row) => {
    if (sample !== undefined) samples.set(batch.subarray(row * size, (row + 1) * size), sample * size);
  });
}
