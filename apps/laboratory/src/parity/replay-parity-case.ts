import * as tf from '@tensorflow/tfjs-core';
import { initialCarry, puzzleTensors, softmaxCrossEntropy, stablemaxCrossEntropy } from '@hrm/act';
import { disposeAll, namedParameters, uncompiled, type Compile, type NamedTensors } from '@hrm/layers';
import {
  buildModel,
  modelConfigFromOfficial,
  parameterValues,
  setParameterValues,
  weightsFromOfficial,
  weightsToOfficial,
} from '@hrm/models';
import { adamAtan2, applyGradients, signSgd, trainedParameters, updateGradients, warmupCosine } from '@hrm/trainer';
import { compareEvaluation } from './compare-evaluation';
import { compareSegment, segmentValues } from './compare-segment';
import { gradientValues, WeightComparison } from './compare-weights';
import { BOUNDS, Comparison, isWithinBounds, type QuantityReport } from './comparison';
import { hostScalar, hostTensors } from './host-tensors';
import type { ParityCase, RecordedOptimizer } from './parity-case';
import { recordedBatch, recordedDraws } from './recorded-batch';

/** How far a replay is from its recording. */
export interface ParityReport {
  name: string;
  ok: boolean;
  quantities: QuantityReport[];
}

/** The optimizers of the weights and of the puzzle table that a case was recorded with. */
function recordedOptimizers({ beta1, beta2, ...recorded }: RecordedOptimizer) {
  const rate = (learningRate: number) =>
    warmupCosine({
      learningRate,
      warmupSteps: recorded.warmup_steps,
      totalSteps: recorded.total_steps,
      minRatio: recorded.min_ratio,
    });
  return {
    optimizer: adamAtan2({ learningRate: rate(recorded.lr), beta1, beta2, weightDecay: recorded.weight_decay }),
    puzzleOptimizer: signSgd({
      learningRate: rate(recorded.puzzle_emb_lr),
      weightDecay: recorded.puzzle_emb_weight_decay,
    }),
  };
}

/**
 * Replays a recorded run of the official code, and compares everything that was recorded. It starts from the recorded
 * weights and takes the recorded batches and random draws; all else is computed here, over all segments. Then it
 * repeats the recorded evaluation.
 */
export async function replayParityCase(recording: ParityCase, compile: Compile = uncompiled): Promise<ParityReport> {
  const { family, config, ema: emaDecay, loss } = recording;
  const network = buildModel(modelConfigFromOfficial(family, config));
  setParameterValues(network, weightsFromOfficial(recording.weights));
  const tokenLoss = loss === 'stablemax_cross_entropy' ? stablemaxCrossEntropy : softmaxCrossEntropy;
  const { optimizer, puzzleOptimizer } = recordedOptimizers(recording.optimizer);

  const comparison = new Comparison();
  const weightComparison = new WeightComparison(comparison, recording.optimizer);
  const gradientsOf = compile((input: Parameters<typeof updateGradients>[2]) =>
    updateGradients(network, tokenLoss, input),
  );
  const updatesOf = compile(
    (segment: Parameters<typeof applyGradients>[1], state: Parameters<typeof applyGradients>[2]) =>
      applyGradients({ network, optimizer, puzzleOptimizer, emaDecay }, segment, state),
  );
  const trained: NamedTensors = trainedParameters(network);
  let carry = initialCarry(network, config.batch_size);
  let optimizerState = optimizer.init(trained);
  let ema: NamedTensors = {};
  if (emaDecay !== undefined) for (const [name, value] of Object.entries(trained)) ema[name] = tf.clone(value);

  for (const [k, recorded] of recording.segments.entries()) {
    const where = `segment ${k}`;
    const learningRate = optimizer.learningRate(k + 1);
    const theirs = recorded.get('lr');
    comparison.compare({ quantity: 'lr', where, ours: hostScalar(learningRate), theirs, bound: BOUNDS.rate });

    const offered = puzzleTensors(recordedBatch(recorded));
    const draws = recordedDraws(recorded);
    const segment = gradientsOf({ carry, offered, draws: [draws] });
    const rates = { parameters: tf.scalar(learningRate), puzzles: tf.scalar(puzzleOptimizer.learningRate(k + 1)) };
    const { gradients, puzzle } = segment;
    const next = updatesOf({ carry: segment.carry, gradients, puzzle }, { optimizerState, ema, rates });

    const values = await segmentValues(network, segment);
    compareSegment(comparison, where, values, recorded);
    const identifiers = values.get('carry.data.puzzle_identifiers')!;
    weightComparison.compareGradients(where, await gradientValues(segment), identifiers, recorded);

    const parameters = namedParameters(network);
    for (const [name, value] of Object.entries(next.parameters)) parameters.get(name)!.assign(value);
    weightComparison.compareWeights('after', where, weightsToOfficial(await parameterValues(network)), recorded);
    weightComparison.compareWeights('ema', where, weightsToOfficial(await hostTensors(next.ema)), recorded);

    const { carry: nextCarry, ...rest } = segment;
    disposeAll([carry, offered, draws, optimizerState, ema, rates, next.parameters, rest]);
    ({ optimizerState, ema } = next);
    carry = nextCarry;
  }
  disposeAll([carry, optimizerState, ema]);
  gradientsOf.dispose?.();
  updatesOf.dispose?.();

  if (recording.evaluation) {
    await compareEvaluation(comparison, network, recording.evaluation, { tokenLoss, compile });
  }
  network.dispose();
  const quantities = comparison.reports;
  return { name: recording.name, ok: isWithinBounds(quantities), quantities };
}
