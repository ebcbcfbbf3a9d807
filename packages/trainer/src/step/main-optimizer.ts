import type { ReasoningNetwork } from '@hrm/act';
import { flatOptimizer } from '../optimizers/flat-optimizer';
import type { Optimizer } from '../optimizers/optimizer';
import type { TrainerOptions } from '../trainer-options';
import { trainedParameters } from './trained-parameters';

/**
 * The optimizer of all trained parameters but the puzzle table. Where the table alone is trained, it has no parameters
 * and no state, and reports the table's learning rate.
 */
export function mainOptimizer(
  network: ReasoningNetwork,
  { optimizer, puzzleOptimizer, trains }: TrainerOptions,
): Optimizer {
  if (Object.keys(trainedParameters(network, trains)).length > 0) return flatOptimizer(optimizer);
  return {
    init: () => ({}),
    update: (_, state) => ({ updates: {}, state }),
    learningRate: puzzleOptimizer!.learningRate,
  };
}
