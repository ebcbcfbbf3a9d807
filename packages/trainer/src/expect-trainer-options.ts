import { WIRES } from '@hrm/distributed';
import type { ReasoningNetwork } from '@hrm/act';
import { namedParameters } from '@hrm/layers';
import { describeValue, expectChoice, expectDecay, expectOptions, expectPart, expectSizes } from '@hrm/layers/internal';
import { trainedParameters, trainedPuzzleTable } from './step/trained-parameters';
import type { TrainerOptions } from './trainer-options';

const OPTIONS = [
  'optimizer',
  'puzzleOptimizer',
  'trains',
  'tokenLoss',
  'emaDecay',
  'segmentsPerUpdate',
  'microBatch',
  'lanes',
  'seed',
  'totalSteps',
  'compile',
  'communicator',
  'wire',
] as const satisfies readonly (keyof TrainerOptions)[];

/** Throws unless a `Trainer` can be made of a network and these options. @throws TypeError, RangeError */
export function expectTrainerOptions(network: ReasoningNetwork, options: TrainerOptions): void {
  expectPart('Trainer: the network', network, ['initialLatents', 'puzzleRows', 'embed', 'refine', 'readOut']);
  expectOptions('Trainer', options, OPTIONS);
  expectPart('Trainer: optimizer', options.optimizer, ['init', 'update', 'learningRate']);
  if (options.puzzleOptimizer !== undefined) {
    expectPart('Trainer: puzzleOptimizer', options.puzzleOptimizer, ['update', 'learningRate']);
  }
  if (options.communicator !== undefined) {
    expectPart('Trainer: communicator', options.communicator, ['allReduce', 'allGather', 'broadcast', 'barrier']);
  }
  expectChoice('Trainer', { wire: options.wire ?? 'float32' }, WIRES);
  for (const name of ['trains', 'tokenLoss', 'compile'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`Trainer: ${name} is ${describeValue(options[name])}, expected a function`);
    }
  }
  const { emaDecay = 0, segmentsPerUpdate = 1, microBatch = 1, lanes = 1, totalSteps } = options;
  const { trains } = options;
  const trainsPuzzles = trainedPuzzleTable(network, trains) !== undefined;
  if (!trainsPuzzles && Object.keys(trainedParameters(network, trains)).length === 0) {
    const names = [...namedParameters(network)].filter(([, { trainable }]) => trainable).map(([name]) => name);
    throw new RangeError(
      `Trainer: trains picks no parameter that can be trained, expected at least one, such as ${names.slice(0, 3).join(', ')}`,
    );
  }
  if (trainsPuzzles && !options.puzzleOptimizer) {
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
