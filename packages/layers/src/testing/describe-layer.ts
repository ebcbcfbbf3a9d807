import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import type { BlockContext } from '../blocks/block';
import { layerChecks } from './layer-checks';
import { LayerSubject, type LayerTestOptions, type TestableLayer } from './layer-subject';

/**
 * Tests a layer with vitest: shapes at several sizes, gradients against finite differences, leaks, equal answers on all
 * backends that the test file imports, saving and loading, and repeatable initial values. A failure names the likely
 * cause.
 *
 * @param name of the layer.
 * @param make makes the layer from a model's context, as a `BlockFactory` does.
 * @param options for layers that are not blocks: the input, and the shape of the output.
 *
 * @example
 * ```ts
 * // my-block.test.ts
 * import { attentionBlock } from '@hrm/layers';
 * import { describeLayer } from '@hrm/layers/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * describeLayer('my block', attentionBlock({ heads: 2, norm: 'pre' }));
 * ```
 */
export function describeLayer<Input extends tf.Tensor = tf.Tensor3D>(
  name: string,
  make: (context: BlockContext) => TestableLayer<Input>,
  options: LayerTestOptions<Input> = {},
): void {
  const subject = new LayerSubject(make, options);
  describe(name, () => {
    beforeAll(() => subject.backends[0]!.use());
    for (const { title, applies, check } of layerChecks) {
      if (applies?.(subject) ?? true) it(title, () => check(subject));
    }
  });
}
