import { attentionBlock, mixerBlock, type BlockFactory } from '@hrm/layers';
import { fullRecursion, oneStepGradient, type RecursionSchedule } from '@hrm/recursion';
import { haltOnly, qLearningHalting, type HaltingFactory } from '@hrm/act';
import { hrm } from './hrm';
import type { Positions, RecursiveReasoner } from './recursive-reasoner';
import { trm } from './trm';

/** A part chosen by name, and its options. */
export type PartConfig = { type: string } & { [option: string]: unknown };

/** A model as a config file describes it: plain data, from which {@link buildModel} makes the model. */
export interface ModelConfig {
  /** `hrm`: f_L and f_H are two networks; `trm`: they are one. */
  family: 'hrm' | 'trm';
  vocabSize: number;
  seqLen: number;
  hiddenSize: number;
  /** Blocks in f_H; in TRM it has no meaning. Default 4. */
  hLayers?: number;
  /** Blocks in f_L, or of TRM's one network. Default 4, or 2 in TRM. */
  lLayers?: number;
  /** Such as `{ type: 'attention', heads: 8 }` or `{ type: 'mixer' }`. */
  block: PartConfig;
  /** Such as `{ type: 'one-step-gradient', hCycles: 2, lCycles: 2 }`. */
  schedule: PartConfig;
  /** Such as `{ type: 'q-learning', maxSegments: 16 }`. */
  halting: PartConfig;
  positions?: Positions;
  ropeTheta?: number;
  puzzleEmbedding?: { puzzles: number; size: number; positions?: number } | undefined;
}

/** The parts that a config can choose, by the name it calls them. */
export interface PartCatalog {
  blocks: { readonly [type: string]: (options: never) => BlockFactory };
  schedules: { readonly [type: string]: (options: never) => RecursionSchedule };
  halting: { readonly [type: string]: (options: never) => HaltingFactory };
}

/** The parts that these packages bring. Extend a copy with parts of your own and hand it to {@link buildModel}. */
export const standardParts = {
  blocks: { attention: attentionBlock, mixer: mixerBlock },
  schedules: { 'one-step-gradient': oneStepGradient, 'full-recursion': fullRecursion },
  halting: { 'q-learning': qLearningHalting, 'halt-only': haltOnly },
} satisfies PartCatalog;

function choosePart<Part>(
  kind: string,
  catalog: { readonly [type: string]: (options: never) => Part },
  config: PartConfig,
): Part {
  const { type, ...options } = config;
  if (!Object.hasOwn(catalog, type)) {
    throw new RangeError(
      `${kind}: there is no part called "${type}", expected one of ${Object.keys(catalog).join(', ')}`,
    );
  }
  return catalog[type]!(options as never);
}

/**
 * Makes the model that a config describes.
 *
 * @param config the model.
 * @param options.seed of the initial parameters. Default 0.
 * @param options.parts what the config's names stand for. Default {@link standardParts}.
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
  { seed = 0, parts = standardParts }: { seed?: number; parts?: PartCatalog } = {},
): RecursiveReasoner {
  const { family, block, schedule, halting, hLayers, lLayers, ...sizes } = config;
  const options = {
    ...sizes,
    seed,
    block: choosePart('block', parts.blocks, block),
    schedule: choosePart('schedule', parts.schedules, schedule),
    halting: choosePart('halting', parts.halting, halting),
  };
  switch (family) {
    case 'hrm':
      return hrm({ ...options, ...(hLayers !== undefined && { hLayers }), ...(lLayers !== undefined && { lLayers }) });
    case 'trm':
      return trm({ ...options, ...(lLayers !== undefined && { layers: lLayers }) });
    default:
      throw new RangeError(`model: the family is "${String(family)}", expected hrm or trm`);
  }
}
