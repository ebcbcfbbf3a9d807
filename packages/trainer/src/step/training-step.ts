import * as tf from '@tensorflow/tfjs-core';
import { expectShape, parameterKinds, valueAndGradients, type NamedTensors } from '@hrm/layers';
import { expectOptions } from '@hrm/layers/internal';
import {
  admitPuzzles,
  runSegment,
  superviseSegment,
  type Carry,
  type PuzzleTensors,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { addMetrics, type SummedMetrics } from '../metrics';
import { mapNamed } from '../optimizers/gradient-transformation';
import type { OptimizerState } from '../optimizers/optimizer-state';
import type { Optimizer } from '../optimizers/optimizer';
import type { ParameterPredicate } from '../optimizers/parameter-predicate';
import type { RowOptimizer } from '../optimizers/sign-sgd';
import { joinUpdates, sliceSlots } from './batch-parts';
import { trainedParameters, trainedPuzzleTable } from './trained-parameters';
import type { UpdateFigures, UpdateGradients } from './update-gradients';

/** Options of {@link trainingStep}. */
export interface TrainingStepOptions {
  network: ReasoningNetwork;
  tokenLoss: TokenLoss;
  optimizer: Optimizer;
  /** Of the puzzle embedding; undefined for a network without one. */
  puzzleOptimizer?: RowOptimizer | undefined;
  /** Decay rate of the average of the weights; undefined for no average. */
  emaDecay?: number | undefined;
  /** Which parameters are trained; the others stay as they are. Default all. */
  trains?: ParameterPredicate | undefined;
}

/** The input of a step besides the network's parameters. All of it is tensors. */
export type TrainingStepInput = {
  carry: Carry;
  offered: PuzzleTensors;
  /** The random numbers of each segment of the update, for the halting controller and the schedule. */
  draws: readonly NamedTensors[];
  optimizerState: OptimizerState;
  ema: NamedTensors;
  /** Learning rates of the step, scalars. */
  rates: { parameters: tf.Tensor; puzzles: tf.Tensor };
};

/** The output of a step. Nothing has been changed yet. */
export type TrainingStepOutput = SummedMetrics & {
  carry: Carry;
  /** How many of the slots counted halted after 1, 2, ... segments, `[maxSegments]`. */
  haltingSteps: tf.Tensor1D;
  /** New values of the parameters that change, by name. */
  parameters: NamedTensors;
  optimizerState: OptimizerState;
  ema: NamedTensors;
  /**
   * The sum of each tensor that must be finite before the step is applied: `loss`, every `gradient/` and every
   * `parameter/`. One infinite or undefined element makes the sum infinite or undefined too.
   */
  sums: NamedTensors;
};

export const STEP_OPTIONS = [
  'network',
  'tokenLoss',
  'optimizer',
  'puzzleOptimizer',
  'emaDecay',
  'trains',
] as const satisfies readonly (keyof TrainingStepOptions)[];

/** Makes a step; `dispose` frees what was compiled for it. */
export type TrainingStep = ((input: TrainingStepInput) => TrainingStepOutput) & { dispose?: () => void };

/**
 * Runs the segments of one update of deep supervision. Returns the gradients of their losses, summed and divided by the
 * batch size. New puzzles enter before the first segment. There are as many segments as draws.
 *
 * The papers use one segment, and the carry it starts from is a constant. Several segments are not detached from each
 * other: gradient flows through the carry (latents and the controller's state) from each segment's losses into the
 * earlier segments of the update, through the refinements that carry gradient in the schedule. A puzzle that halts is
 * left out of the rest of the update; its slot takes a new puzzle at the next one.
 *
 * Source: official HRM, `pretrain.py`, `train_batch`, for one segment.
 *
 * @param options `batchSize` of the whole batch, where the slots given are only a part of it; default: they are all.
 *   `trains`: the parameters that gradients are taken by; default all.
 */
export function updateGradients(
  network: ReasoningNetwork,
  tokenLoss: TokenLoss,
  { carry, offered, draws }: Pick<TrainingStepInput, 'carry' | 'offered' | 'draws'>,
  options: { batchSize?: number } & Pick<TrainingStepOptions, 'trains'> = {},
): UpdateGradients {
  expectOptions('updateGradients', options, ['batchSize', 'trains']);
  const { batchSize = carry.halted.shape[0], trains } = options;
  const trained = trainedParameters(network, trains);
  const names = Object.keys(trained);
  const several = draws.length > 1;
  return tf.tidy(() => {
    const admitted = admitPuzzles(network, carry, offered);
    const rows = network.puzzleRows(admitted.puzzle);
    if (rows && !network.puzzleTable) {
      throw new TypeError(
        'Trainer: puzzleRows of the network gives rows, but nothing says of which table, so nobody would train it; ' +
          'give the network a property puzzleTable, the variable that the rows are of',
      );
    }
    const trainedRows = rows && trainedPuzzleTable(network, trains) !== undefined ? rows : undefined;
    const { loss, gradients, auxiliary } = valueAndGradients(() => {
      let next = admitted;
      const segments = draws.map((drawn) => {
        const segment = runSegment(network, next, {
          training: true,
          draws: drawn,
          puzzleRows: rows,
          carryGradient: several,
          rest: several,
        });
        next = segment.carry;
        const { logits, haltLogits, lookAhead } = segment;
        return { ...superviseSegment(network, segment, tokenLoss), outputs: { logits, haltLogits, lookAhead } };
      });
      const total = addUp(segments.map((segment) => segment.total));
      return {
        loss: tf.div(total, batchSize),
        auxiliary: {
          carry: next,
          ...addMetrics(segments),
          haltingSteps: addUp(segments.map(({ haltingSteps }) => haltingSteps)),
          total,
          outputs: segments.map(({ outputs }) => outputs),
        },
      };
    }, [...Object.values(trained), ...(trainedRows ? [trainedRows] : [])]);
    loss.dispose();
    return {
      carry: auxiliary.carry,
      loss: auxiliary.total,
      metrics: auxiliary.metrics,
      counts: auxiliary.counts,
      haltingSteps: auxiliary.haltingSteps,
      gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!])),
      puzzle: trainedRows ? { rows: trainedRows, gradients: gradients[names.length] as tf.Tensor2D } : {},
      outputs: auxiliary.outputs,
    };
  });
}

/** What an optimizer step needs of an update. */
export type AppliedGradients = Pick<UpdateGradients, 'gradients' | 'puzzle'> & {
  carry: { puzzle: Pick<PuzzleTensors, 'puzzleIdentifiers'> };
};

const addUp = <T extends tf.Tensor>(tensors: readonly T[]): T =>
  tensors.reduce((sum, tensor) => tf.add(sum, tensor) as T);

/** Adds tensors of the same name. */
export const addUpNamed = (named: readonly NamedTensors[]): NamedTensors =>
  mapNamed(named[0]!, (_, name) => addUp(named.map((tensors) => tensors[name]!)));

/** Applies the optimizers to an update's gradients. Returns new values; nothing is assigned yet. */
export function applyGradients(
  { network, optimizer, puzzleOptimizer, emaDecay, trains }: Omit<TrainingStepOptions, 'tokenLoss'>,
  { carry, gradients, puzzle }: AppliedGradients,
  { optimizerState, ema, rates }: Pick<TrainingStepInput, 'optimizerState' | 'ema' | 'rates'>,
): Pick<TrainingStepOutput, 'parameters' | 'optimizerState' | 'ema'> {
  return tf.tidy(() => {
    const trained: NamedTensors = trainedParameters(network, trains);
    const { updates, state } = optimizer.update(gradients, optimizerState, {
      parameters: trained,
      kinds: parameterKinds(network),
      learningRate: rates.parameters,
    });
    const parameters = mapNamed(updates, (update, name) => {
      expectShape(`optimizer, update of ${name}`, update, trained[name]!.shape);
      return tf.add(trained[name]!, update);
    });
    // As the official code averages: only what the main optimizer trains.
    const averaged =
      emaDecay === undefined
        ? {}
        : mapNamed(ema, (old, name) => tf.add(tf.mul(1 - emaDecay, parameters[name]!), tf.mul(emaDecay, old)));
    const { puzzleTable } = network;
    if (puzzle.rows && puzzle.gradients && puzzleTable && puzzleOptimizer) {
      parameters[trainedPuzzleTable(network, trains)!] = puzzleOptimizer.update({
        table: puzzleTable,
        identifiers: carry.puzzle.puzzleIdentifiers,
        rows: puzzle.rows,
        gradients: puzzle.gradients,
        learningRate: rates.puzzles,
      });
    }
    return { parameters, optimizerState: state, ema: averaged };
  });
}

/** Turns the gradients of an update into new values, and the sums that must be finite before they are applied. */
export function finishStep(
  options: Omit<TrainingStepOptions, 'tokenLoss'>,
  update: AppliedGradients & Pick<UpdateGradients, 'loss'>,
  input: Pick<TrainingStepInput, 'optimizerState' | 'ema' | 'rates'>,
): Pick<TrainingStepOutput, 'parameters' | 'optimizerState' | 'ema' | 'sums'> {
  return tf.tidy(() => {
    const next = applyGradients(options, update, input);
    const sums: NamedTensors = { loss: update.loss };
    for (const [name, gradient] of Object.entries(update.gradients)) sums[`gradient/${name}`] = tf.sum(gradient);
    if (update.puzzle.gradients) {
      sums[`gradient/${trainedPuzzleTable(options.network, options.trains)}`] = tf.sum(update.puzzle.gradients);
    }
    for (const [name, value] of Object.entries(next.parameters)) sums[`parameter/${name}`] = tf.sum(value);
    return { ...next, sums };
  });
}

/** The slots of a step, or some of them. */
export type StepSlots = Pick<TrainingStepInput, 'carry' | 'offered' | 'draws'>;

/**
 * Gradients and figures of some slots.
 *
 * @param batchSize of the whole batch, which the gradients are divided by.
 */
export type GradientsOfSlots = (slots: StepSlots, batchSize: number) => UpdateFigures & { gradients: NamedTensors };

/** Computes the gradients of slots in one graph, in `lanes` parts that run in parallel. */
export function gradientsInLanes(
  { network, tokenLoss, trains }: Pick<TrainingStepOptions, 'network' | 'tokenLoss' | 'trains'>,
  lanes: number,
): GradientsOfSlots {
  return ({ carry, offered, draws }, batchSize) =>
    tf.tidy(() => {
      const slots = carry.halted.shape[0];
      const count = slots / lanes;
      if (!Number.isInteger(count)) {
        throw new RangeError(`Trainer: lanes is ${lanes}, which does not divide the batch of ${slots}`);
      }
      const whole = { carry, offered, draws };
      const updates = Array.from({ length: lanes }, (_, lane) => {
        const part = lanes === 1 ? whole : sliceSlots(whole, { first: lane * count, count, of: slots });
        return updateGradients(network, tokenLoss, part, { batchSize, trains });
      });
      const [{ outputs: _, ...first }] = updates as [UpdateGradients];
      const gradients = addUpNamed(updates.map((update) => update.gradients));
      return { ...(lanes === 1 ? first : joinUpdates(updates)), gradients };
    });
}

/**
 * Makes a training step: one update of deep supervision on every slot of the batch, its gradients, and the new values
 * of everything that training changes. The step is a pure function. It reads no values of tensors and draws no random
 * numbers, so it can be recorded once and run as one graph.
 *
 * @param parts `lanes`: the number of parts of the batch that a graph computes in parallel. Must divide the batch. Default 1.
 */
export function trainingStep(options: TrainingStepOptions, parts: { lanes?: number } = {}): TrainingStep {
  expectOptions('trainingStep', options, STEP_OPTIONS);
  expectOptions('trainingStep', parts, ['lanes']);
  const gradientsOf = gradientsInLanes(options, parts.lanes ?? 1);
  return (input) =>
    tf.tidy(() => {
      const update = gradientsOf(input, input.carry.halted.shape[0]);
      const { carry, metrics, counts, haltingSteps } = update;
      return { carry, metrics, counts, haltingSteps, ...finishStep(options, update, input) };
    });
}
