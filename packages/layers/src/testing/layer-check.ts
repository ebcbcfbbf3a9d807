import type * as tf from '@tensorflow/tfjs-core';
import type { LayerSubject } from './layer-subject';

/** Something that every layer must do. */
export interface LayerCheck {
  /** What holds of the layer, as a sentence whose subject is the layer. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: { backends: readonly unknown[] }): boolean;
  /** Throws unless it holds. */
  check<Input extends tf.Tensor>(subject: LayerSubject<Input>): void | Promise<void>;
}
