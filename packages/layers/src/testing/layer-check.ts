import type * as tf from '@tensorflow/tfjs-core';
import type { LayerSubject } from './layer-subject';

/** A check that every layer must pass. */
export interface LayerCheck {
  /** What the layer does, as a sentence without its subject. */
  readonly title: string;
  /** Whether the check applies. Default: always. */
  applies?(subject: { backends: readonly unknown[] }): boolean;
  /** Throws if the layer fails. */
  check<Input extends tf.Tensor>(subject: LayerSubject<Input>): void | Promise<void>;
}
