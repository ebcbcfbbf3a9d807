import type { ReasoningNetwork } from '@hrm/act';
import { describeValue, expectDecay, expectOptions, expectPart, expectSizes } from '@hrm/layers/internal';
import { puzzleTableName } from './step/training-step';
import type { TrainerOptions } from './trainer-options';

const OPTIONS = [
  'optimizer',
  'puzzleOptimizer',
  'tokenLoss',
  'emaDecay',
  'segmentsPerUpdate',
  'microBatch',
  'lanes',
  'seed',
  'totalSteps',
  'compile',
] as const satisfies readonly (keyof TrainerOptions)[];

/** Throws unless a `Trainer` can be made of a network and these options. @throws TypeError, RangeError */
export function expectTrainerOptions(network: ReasoningNetwork, options: TrainerOptions): void {
  expectPart('Trainer: the network', network, ['initialLatents', 'puzzleRows', 'embed', 'refine', 'readOut']);
  expectOptions('Trainer', options, OPTIONS);
  expectPart('Trainer: optimizer', options.optimizer, ['init', 'update', 'learningRate']);
  if (options.puzzleOptimizer !== undefined) {
    expectPart('Trainer: puzzleOptimizer', options.puzzleOptimizer, ['update', 'learningRate']);
  }
  for (const name of ['tokenLoss', 'compile'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`Trainer: ${name} is ${describeValue(options[name])}, expected a function`);
    }
  }
  const { emaDecay = 0, segmentsPerUpdate = 1, microBatch = 1, lanes = 1, totalSteps } = options;
  if (puzzleTableName(network) !== undefined && !options.puzzleOptimizer) {
    throw new TypeError(
      'Trainer: this network has a puzzle embedding, which needs an optimizer of its own; give puzzleOptimizer: signSgd({ learningRate: 1e-4 })',
    );
  }
  expectDecay('Trainer', { emaDecay });
  expectSizes('Trainer', { segmentsPerUpdate, microBatch, lanes, totalSteps: totalSteps ?? 1 });
  if (totalSteps === undefined && network.atProgress?.(0) !== network.atProgress?.(1)) {
    throw new TypeError(
      'Trainer: this network changes as training goes on, as progressive schedules do; give totalSteps, the steps of the whole training',
    );
  }
}
