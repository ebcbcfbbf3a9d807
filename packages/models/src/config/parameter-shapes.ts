import { namedParameters } from '@hrm/layers';
import { buildModel } from './build-model';
import type { ModelConfig } from './model-config';
import type { PartCatalog } from './part-catalog';

/**
 * The shape of every parameter of the model that a config describes, by name, without the memory of the whole: a model of
 * one block a level and one puzzle is made, and its shapes are repeated.
 *
 * @param config the model; all blocks of a level have the same shapes, as every block of the standard parts does.
 * @throws as `buildModel` does.
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
  const few = (layers: number) => Math.min(1, layers);
  const small = buildModel(
    {
      ...config,
      ...(family === 'hrm' && { hLayers: few(hLayers) }),
      lLayers: few(lLayers),
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
