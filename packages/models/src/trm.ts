import { attentionBlock, type BlockFactory } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import { fullRecursion, ReasoningModule, type RecursionSchedule } from '@hrm/recursion';
import { haltOnly, type HaltingFactory } from '@hrm/act';
import { REASONER_OPTIONS, type RecursiveReasonerOptions } from './reasoner-options';
import { RecursiveReasoner } from './recursive-reasoner';

/** Options of {@link trm}. */
export interface TrmOptions extends Omit<RecursiveReasonerOptions, 'levels' | 'schedule' | 'halting'> {
  /** Blocks of the network. Default 2. */
  layers?: number;
  /**
   * Default `attentionBlock()`, with heads of size 64, or as close as the hidden size allows. Use `mixerBlock()`
   * together with `positions: 'none'`.
   */
  block?: BlockFactory;
  /** Default `fullRecursion({ hCycles: 3, lCycles: 6 })`. */
  schedule?: RecursionSchedule;
  /** Default `haltOnly()`. */
  halting?: HaltingFactory;
}

/**
 * The Tiny Recursive Model: one network as both f_L and f_H, gradient through the whole last H-cycle, and a halt logit
 * without a continue logit. Train it with an exponential moving average of the weights (EMA).
 *
 * Source: TRM, arXiv 2510.04871; official TRM, `models/recursive_reasoning/trm.py`, `config/arch/trm.yaml`.
 *
 * @throws TypeError, RangeError for options that are missing, unknown or invalid.
 *
 * @example
 * ```ts
 * import { countParameters, mixerBlock } from '@hrm/layers';
 * import { trm } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = trm({ vocabSize: 6, seqLen: 16, hiddenSize: 64, block: mixerBlock(), positions: 'none' });
 * console.log(countParameters(model));
 * ```
 */
export function trm(options: TrmOptions): RecursiveReasoner {
  expectOptions('trm', options, ['layers', ...REASONER_OPTIONS]);
  const {
    layers = 2,
    block = attentionBlock(),
    schedule = fullRecursion({ hCycles: 3, lCycles: 6 }),
    halting = haltOnly(),
    ...sizes
  } = options;
  return new RecursiveReasoner({
    ...sizes,
    schedule,
    halting,
    levels: (context) => {
      const shared = new ReasoningModule({ layers, block, context });
      return { lowLevel: shared, highLevel: shared };
    },
  });
}
