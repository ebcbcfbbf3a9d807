import { attentionBlock, type BlockFactory } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import { oneStepGradient, ReasoningModule, type RecursionSchedule } from '@hrm/recursion';
import { qLearningHalting, type HaltingFactory } from '@hrm/act';
import { REASONER_OPTIONS, type RecursiveReasonerOptions } from './reasoner-options';
import { RecursiveReasoner } from './recursive-reasoner';

/** Options of {@link hrm}. */
export interface HrmOptions extends Omit<RecursiveReasonerOptions, 'levels' | 'schedule' | 'halting'> {
  /** Blocks in f_H. Default 4. */
  hLayers?: number;
  /** Blocks in f_L. Default 4. */
  lLayers?: number;
  /** Default `attentionBlock()`, with heads of size 64, or as close as the hidden size allows. */
  block?: BlockFactory;
  /** Default `oneStepGradient({ hCycles: 2, lCycles: 2 })`. */
  schedule?: RecursionSchedule;
  /** Default `qLearningHalting()`. */
  halting?: HaltingFactory;
}

/**
 * The Hierarchical Reasoning Model: a fast recurrent module f_L and a slow one f_H, the 1-step gradient, and halting by
 * Q-learning. The defaults are the 27M model of the paper. Each part can be replaced.
 *
 * Source: HRM, arXiv 2506.21734; official HRM, `models/hrm/hrm_act_v1.py`, `config/arch/hrm_v1.yaml`.
 *
 * @throws TypeError, RangeError for options that are missing, unknown or invalid.
 *
 * @example
 * ```ts
 * import { countParameters, mixerBlock } from '@hrm/layers';
 * import { hrm } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 6, seqLen: 16, hiddenSize: 64, hLayers: 1, lLayers: 1, block: mixerBlock() });
 * console.log(countParameters(model));
 * ```
 */
export function hrm(options: HrmOptions): RecursiveReasoner {
  expectOptions('hrm', options, ['hLayers', 'lLayers', ...REASONER_OPTIONS]);
  const {
    hLayers = 4,
    lLayers = 4,
    block = attentionBlock(),
    schedule = oneStepGradient({ hCycles: 2, lCycles: 2 }),
    halting = qLearningHalting(),
    ...sizes
  } = options;
  return new RecursiveReasoner({
    ...sizes,
    schedule,
    halting,
    levels: (context) => ({
      highLevel: new ReasoningModule({ layers: hLayers, block, context }),
      lowLevel: new ReasoningModule({ layers: lLayers, block, context }),
    }),
  });
}
