import { expectOptions } from '@hrm/layers/internal';
import { hrm } from '../hrm';
import type { RecursiveReasoner } from '../recursive-reasoner';
import { trm } from '../trm';
import type { ModelConfig } from './model-config';
import { choosePart, standardParts, type PartCatalog } from './part-catalog';

const KNOWN: readonly (keyof ModelConfig)[] = [
  'family',
  'vocabSize',
  'seqLen',
  'hiddenSize',
  'hLayers',
  'lLayers',
  'block',
  'schedule',
  'halting',
  'positions',
  'ropeTheta',
  'precision',
  'puzzleEmbedding',
  'candidates',
];

/**
 * Makes the model that a config describes.
 *
 * @param options.seed seed of the initial parameters. Default 0.
 * @param options.parts the parts that the config may name. Default {@link standardParts}.
 * @throws TypeError, RangeError for unknown parts, unknown options and invalid sizes.
 *
 * @example
 * ```ts
 * import { buildModel } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = buildModel({
 *   family: 'hrm', vocabSize: 6, seqLen: 16, hiddenSize: 64, hLayers: 1, lLayers: 1,
 *   block: { type: 'mixer' },
 *   schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'q-learning', maxSegments: 8 },
 * });
 * console.log(model.halting.maxSegments); // 8
 * ```
 */
export function buildModel(
  config: ModelConfig,
  options: { seed?: number; parts?: PartCatalog } = {},
): RecursiveReasoner {
  expectOptions('buildModel', options, ['seed', 'parts']);
  const { seed = 0, parts = standardParts } = options;
  expectOptions('model', config, KNOWN);
  const { family, block, schedule, halting, hLayers, lLayers, ...sizes } = config;
  const chosen = {
    ...sizes,
    config,
    seed,
    block: choosePart('block', parts.blocks, block),
    schedule: choosePart('schedule', parts.schedules, schedule),
    halting: choosePart('halting', parts.halting, halting),
  };
  switch (family) {
    case 'hrm':
      return hrm({ ...chosen, ...(hLayers !== undefined && { hLayers }), ...(lLayers !== undefined && { lLayers }) });
    case 'trm':
      return trm({ ...chosen, ...(lLayers !== undefined && { layers: lLayers }) });
    default:
      throw new RangeError(`model: the family is "${String(family)}", expected hrm or trm`);
  }
}
