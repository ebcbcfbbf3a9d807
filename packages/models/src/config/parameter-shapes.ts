import { namedParameters } from '@hrm/layers';
import { buildModel } from './build-model';
import type { ModelConfig } from './model-config';
import type { PartCatalog } from './part-catalog';

/**
 * Returns the shape of every parameter of a model, by name, without making the whole model. It makes a model with one
 * block per level and one puzzle, and repeats its shapes.
 *
 * @param config the model. All blocks of a level must have the same shapes, as with the standard parts.
 * @throws the errors of `buildModel`.
 *
 * @example
 * ```ts
 * import { parameterShapes } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const shapes = parameterShapes({
 *   family: 'hrm', vocabSize: 6, seqLen: 16, hiddenSize: 16, hLayers: 2, lLayers: 3,
 *   block: { type: 'mixer' },
 *   schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'q-learning' },
 * });
 * console.log(shapes.get('lowLevel.blocks.2.feedForward.down.weight'));
 * ```
 */
export function parameterShapes(
  config: ModelConfig,
  options: { readonly parts?: PartCatalog } = {},
): ReadonlyMap<string, readonly number[]> {
  const { family, puzzleEmbedding, hLayers = 4, lLayers = family === 'trm' ? 2 : 4 } = config;
  const atMostOne = (layers: number) => Math.min(1, layers);
  const small = buildModel(
    {
      ...config,
      ...(family === 'hrm' && { hLayers: atMostOne(hLayers) }),
      lLayers: atMostOne(lLayers),
      ...(puzzleEmbedding && { puzzleEmbedding: { ...puzzleEmbedding, puzzles: 1 } }),
    },
    options,
  );
  const shapes = new Map<string, readonly number[]>();
  for (const [name, { shape }] of namedParameters(small)) {
    const [, level, rest] = /^(highLevel|lowLevel)\.blocks\.0\.(.*)$/.exec(name) ?? [];
    if (name === 'puzzleEmbedding.weight') shapes.set(name, [puzzleEmbedding!.puzzles, ...shape.slice(1)]);
    else if (level === undefined) shapes.set(name, shape);
    else {
      const layers = level === 'highLevel' ? hLayers : lLayers;
      for (let layer = 0; layer < layers; layer++) shapes.set(`${level}.blocks.${layer}.${rest}`, shape);
    }
  }
  small.dispose();
  return shapes;
}
