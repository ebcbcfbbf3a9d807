// Read by the type checker alone (`npm run typecheck`): that an object of a wrong shape is an error where it is passed, and
// one of the right shape is none. What is expected to be an error and is not, is one itself.
import * as tf from '@tensorflow/tfjs-core';
import {
  fixedSteps,
  type HaltingController,
  type HaltingFactory,
  type HaltingLosses,
  type ReasoningNetwork,
} from '@hrm/act';
import { Linear, mixerBlock, type Block, type BlockContext, type BlockFactory, type Layer } from '@hrm/layers';
import { buildModel, hrm, withParts, trm, type HrmOptions, type RecursiveReasoner, type TrmOptions } from '@hrm/models';
import { oneStepGradient, type RecursionSchedule, type Refinement } from '@hrm/recursion';
import { adamAtan2, Trainer, type Optimizer, type RowOptimizer, type TrainerOptions } from '@hrm/trainer';
import { expectTypeOf } from 'expect-type';
import { ownController } from './own-controller';

const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8 };
const optimizer = adamAtan2({ learningRate: 0.1 });

/** Parts as a user might write them, without naming a type of ours but the context. */
const ownBlock = ({ hiddenSize, random }: BlockContext) => {
  const linear = new Linear({ inputSize: hiddenSize, outputSize: hiddenSize, random });
  return { parameters: { linear }, apply: (hidden: tf.Tensor3D) => tf.tidy(() => linear.apply(hidden)) };
};
const ownSchedule: RecursionSchedule = {
  name: 'once',
  refine: (core, latents, x) => ({ latents: core.fH(core.fL(latents, x)) }),
};
const ownOptimizer: Optimizer = {
  learningRate: () => 0.1,
  init: () => ({}),
  update: (updates, state) => ({ updates, state }),
};

/** Objects of the right shape are as good as ours. */
export function rightShapes() {
  expectTypeOf(ownBlock).toExtend<BlockFactory>();
  expectTypeOf(ownBlock).returns.toExtend<Block>();
  expectTypeOf(mixerBlock()).toEqualTypeOf<BlockFactory>();
  expectTypeOf(ownController).toExtend<HaltingController>();
  expectTypeOf(() => ownController).toExtend<HaltingFactory>();
  expectTypeOf(oneStepGradient({ hCycles: 1, lCycles: 1 })).toEqualTypeOf<RecursionSchedule>();
  const model = hrm({ ...sizes, block: ownBlock, schedule: ownSchedule, halting: () => ownController });
  trm({ ...sizes, block: ownBlock, schedule: ownSchedule, halting: () => ownController });
  expectTypeOf(model).toEqualTypeOf<RecursiveReasoner>();
  expectTypeOf(model).toExtend<ReasoningNetwork>();
  withParts({ blocks: { own: () => ownBlock }, schedules: { own: () => ownSchedule } });
  return new Trainer(model, { optimizer: ownOptimizer });
}

/** What an option takes, and no more. */
export function optionTypes() {
  expectTypeOf<HrmOptions['block']>().toEqualTypeOf<BlockFactory | undefined>();
  expectTypeOf<HrmOptions['schedule']>().toEqualTypeOf<RecursionSchedule | undefined>();
  expectTypeOf<HrmOptions['halting']>().toEqualTypeOf<HaltingFactory | undefined>();
  expectTypeOf<TrmOptions['block']>().toEqualTypeOf<BlockFactory | undefined>();
  expectTypeOf<TrainerOptions['optimizer']>().toEqualTypeOf<Optimizer>();
  expectTypeOf<TrainerOptions['puzzleOptimizer']>().toEqualTypeOf<RowOptimizer | undefined>();
  expectTypeOf<Refinement['latents']>().toExtend<{ zH: tf.Tensor3D; zL: tf.Tensor3D }>();
  expectTypeOf<HaltingLosses['total']>().toEqualTypeOf<tf.Tensor1D>();
  expectTypeOf<{ parameters: object }>().not.toExtend<HaltingController>();
  expectTypeOf<{ parameters: { weight: number } }>().not.toExtend<Layer>();
  expectTypeOf<{ apply(hidden: tf.Tensor3D): tf.Tensor3D }>().not.toExtend<Block>();
}

/** Blocks and layers of a wrong shape. */
export function wrongBlocks() {
  // @ts-expect-error a block itself, where what makes one is asked for
  hrm({ ...sizes, block: ownBlock({} as BlockContext) });
  // @ts-expect-error without its parameters
  hrm({ ...sizes, block: () => ({ apply: (hidden: tf.Tensor3D) => hidden }) });
  // @ts-expect-error without apply
  trm({ ...sizes, block: () => ({ parameters: {} }) });
  const flat = (hidden: tf.Tensor3D) => tf.mean(hidden, 1) as tf.Tensor2D;
  // @ts-expect-error gives another rank
  trm({ ...sizes, block: () => ({ parameters: {}, apply: flat }) });
  // @ts-expect-error takes another rank
  hrm({ ...sizes, block: () => ({ parameters: {}, apply: (hidden: tf.Tensor4D) => hidden }) });
  // @ts-expect-error gives nothing
  hrm({ ...sizes, block: () => ({ parameters: {}, apply: () => {} }) });
  // @ts-expect-error parameters that are no variables
  hrm({ ...sizes, block: () => ({ parameters: { weight: tf.zeros([2]) }, apply: (hidden: tf.Tensor3D) => hidden }) });
  // @ts-expect-error a misspelled option
  hrm({ ...sizes, block: mixerBlock({ expansions: 2 }) });
  // @ts-expect-error a name, as in a config
  hrm({ ...sizes, block: 'mixer' });
}

/** Schedules of a wrong shape. */
export function wrongSchedules() {
  // @ts-expect-error without a name
  hrm({ ...sizes, schedule: { refine: ownSchedule.refine } });
  // @ts-expect-error without refine
  trm({ ...sizes, schedule: { name: 'own' } });
  // @ts-expect-error zL is missing
  hrm({ ...sizes, schedule: { name: 'own', refine: (core, { zH }) => ({ latents: { zH } }) } });
  // @ts-expect-error latents bare
  hrm({ ...sizes, schedule: { name: 'own', refine: (core, latents) => latents } });
  // @ts-expect-error a regularizer of all puzzles together
  hrm({ ...sizes, schedule: { name: 'own', refine: (core, latents) => ({ latents, regularizer: tf.scalar(0) }) } });
  // @ts-expect-error what makes a schedule
  hrm({ ...sizes, schedule: oneStepGradient });
  // @ts-expect-error cycles left out
  oneStepGradient({ hCycles: 2 });
}

/** Controllers of a wrong shape. */
export function wrongControllers() {
  // @ts-expect-error a controller itself, where what makes one is asked for
  hrm({ ...sizes, halting: ownController });
  // @ts-expect-error a number
  trm({ ...sizes, halting: 8 });
  const { decide: _, ...undecided } = ownController;
  // @ts-expect-error without a decision
  hrm({ ...sizes, halting: () => undecided });
  // @ts-expect-error halts all or none
  hrm({ ...sizes, halting: () => ({ ...ownController, decide: () => ({ halted: true, state: {} }) }) });
  const summed: NonNullable<HaltingController['losses']> = ({ tokenLoss }) => ({
    // @ts-expect-error losses of all slots together
    total: tf.sum<tf.Scalar>(tokenLoss),
    metrics: {},
  });
  // @ts-expect-error segments left out
  fixedSteps({});
  return summed;
}

/** Optimizers and options of training of a wrong shape. */
export function wrongTraining(model: RecursiveReasoner) {
  // @ts-expect-error no optimizer
  new Trainer(model, {});
  // @ts-expect-error an optimizer without a learning rate
  new Trainer(model, { optimizer: { init: ownOptimizer.init, update: ownOptimizer.update } });
  // @ts-expect-error updates bare
  new Trainer(model, { optimizer: { ...ownOptimizer, update: (updates) => updates } });
  // @ts-expect-error what makes an optimizer
  new Trainer(model, { optimizer: adamAtan2 });
  // @ts-expect-error the optimizer of parameters, for rows of the puzzle table
  new Trainer(model, { optimizer, puzzleOptimizer: optimizer });
  // @ts-expect-error a learning rate that is no number
  adamAtan2({ learningRate: '0.1' });
  // @ts-expect-error a misspelled option
  new Trainer(model, { optimizer, emadecay: 0.9 });
  // @ts-expect-error no network
  new Trainer({ parameters: {} }, { optimizer });
  const parts = { block: { type: 'mixer' }, schedule: { type: 'unrolled' }, halting: { type: 'ponder' } };
  buildModel({ family: 'hrm', ...sizes, ...parts });
  // @ts-expect-error a part without its type
  buildModel({ family: 'hrm', ...sizes, ...parts, block: { heads: 2 } });
}
