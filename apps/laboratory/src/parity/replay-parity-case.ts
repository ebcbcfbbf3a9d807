import * as tf from '@tensorflow/tfjs-core';
import {
  initialCarry,
  puzzleTensors,
  softmaxCrossEntropy,
  stablemaxCrossEntropy,
  type Carry,
  type NamedTensors,
} from '@hrm/act';
import { continueTarget } from '@hrm/act/internal';
import type { PuzzleBatch } from '@hrm/data';
import { disposeAll, namedParameters, uncompiled, type Compile } from '@hrm/layers';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import {
  buildModel,
  modelConfigFromOfficial,
  parameterValues,
  setParameterValues,
  weightsFromOfficial,
  weightsToOfficial,
  type RecursiveReasoner,
} from '@hrm/models';
import { fromHostTensor, toHostTensor } from '@hrm/models/internal';
import {
  adamAtan2,
  applyGradients,
  evaluate,
  signSgd,
  trainedParameters,
  updateGradients,
  warmupCosine,
} from '@hrm/trainer';
import { BOUNDS, Comparison, isWithinBounds, type QuantityReport } from './comparison';
import type { ParityCase } from './parity-case';

/** What a replay found. */
export interface ParityReport {
  name: string;
  ok: boolean;
  quantities: QuantityReport[];
}

/** Our names of the metrics, and theirs; those that count things must be equal. */
const METRICS = [
  ['count', 'count', BOUNDS.exact],
  ['accuracy', 'accuracy', BOUNDS.value],
  ['exactAccuracy', 'exact_accuracy', BOUNDS.exact],
  ['haltAccuracy', 'q_halt_accuracy', BOUNDS.exact],
  ['steps', 'steps', BOUNDS.exact],
  ['tokenLoss', 'lm_loss', BOUNDS.value],
  ['haltLoss', 'q_halt_loss', BOUNDS.value],
  ['continueLoss', 'q_continue_loss', BOUNDS.value],
] as const;

/** Gradients below this may round to either sign. */
const NEAR_ZERO = 2e-5;

const PUZZLE_GRADIENT = 'grad.inner.puzzle_emb.local_weights';
const PUZZLE_WEIGHT = 'inner.puzzle_emb.weights';

const scalar = (value: number): HostTensor => ({ dtype: 'float64', shape: [1], data: Float64Array.of(value) });

function hostBatch(recorded: NamedHostTensors): PuzzleBatch {
  const ints = (name: string) => {
    const tensor = recorded.get(`batch.${name}`);
    if (!tensor) throw new Error(`the recording has no batch.${name}`);
    return tensor as HostTensor & { data: Int32Array };
  };
  const inputs = ints('inputs');
  const [batchSize, seqLen] = inputs.shape as [number, number];
  return {
    inputs: inputs.data,
    labels: ints('labels').data,
    puzzleIdentifiers: ints('puzzle_identifiers').data,
    batchSize,
    seqLen,
  };
}

/** For each weight, the elements whose recorded gradient has been near zero in any segment so far, but not always zero. */
class UndecidedElements {
  readonly #near = new Map<string, Uint8Array>();

  add(name: string, gradient: HostTensor): void {
    const data = gradient.data as Float32Array;
    const near = this.#near.get(name) ?? new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) if (data[i] !== 0 && Math.abs(data[i]!) < NEAR_ZERO) near[i] = 1;
    this.#near.set(name, near);
  }

  has(name: string, index: number): boolean {
    return this.#near.get(name)?.[index] === 1;
  }
}

/** Sums the recorded gradients of the batch's puzzle rows by identifier: the gradient of the table. */
function tableGradient(rows: HostTensor, identifiers: HostTensor, table: HostTensor): HostTensor {
  const size = table.shape[1]!;
  const data = new Float32Array(table.data.length);
  (identifiers.data as Int32Array).forEach((identifier, slot) => {
    for (let i = 0; i < size; i++) data[identifier * size + i]! += Number(rows.data[slot * size + i]);
  });
  return { dtype: 'float32', shape: table.shape, data };
}

function compareCarry(
  comparison: Comparison,
  where: string,
  carry: NamedHostTensors,
  recorded: NamedHostTensors,
): void {
  for (const [theirs, ours, bound] of [
    ['carry.z_H', 'zH', BOUNDS.value],
    ['carry.z_L', 'zL', BOUNDS.value],
    ['carry.steps', 'steps', BOUNDS.exact],
    ['carry.halted', 'halted', BOUNDS.exact],
    ['carry.data.inputs', 'inputs', BOUNDS.exact],
    ['carry.data.labels', 'labels', BOUNDS.exact],
    ['carry.data.puzzle_identifiers', 'puzzleIdentifiers', BOUNDS.exact],
  ] as const) {
    const expected = recorded.get(theirs);
    if (expected) comparison.compare(theirs, where, carry.get(ours)!, expected, bound);
  }
}

async function hostCarry({ latents, steps, halted, puzzle }: Carry): Promise<NamedHostTensors> {
  const host = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries({ ...latents, steps, halted, ...puzzle }))
    host.set(name, await toHostTensor(tensor));
  return host;
}

function compareMetrics(
  comparison: Comparison,
  where: string,
  ours: { [name: string]: number },
  recorded: NamedHostTensors,
): void {
  for (const [name, official, bound] of METRICS) {
    const expected = recorded.get(`metric.${official}`);
    const value = ours[name];
    if (expected && value !== undefined)
      comparison.compare(`metric.${official}`, where, scalar(value), expected, bound);
    else if (expected || value !== undefined)
      comparison.missing(`metric.${official}`, `${where}: only one side has it`);
  }
}

/**
 * Replays a recorded run of the official code: from its weights, with its batches and random draws, freely over all
 * segments, and then its evaluation. Compares everything that was recorded.
 */
export async function replayParityCase(recording: ParityCase, compile: Compile = uncompiled): Promise<ParityReport> {
  const { family, config, optimizer: recorded, ema: emaDecay, loss } = recording;
  const model = buildModel(modelConfigFromOfficial(family, config));
  setParameterValues(model, weightsFromOfficial(recording.weights));
  const tokenLoss = loss === 'stablemax_cross_entropy' ? stablemaxCrossEntropy : softmaxCrossEntropy;
  const rate = (learningRate: number) =>
    warmupCosine({
      learningRate,
      warmupSteps: recorded.warmup_steps,
      totalSteps: recorded.total_steps,
      minRatio: recorded.min_ratio,
    });
  const { beta1, beta2, weight_decay: weightDecay } = recorded;
  const optimizer = adamAtan2({ learningRate: rate(recorded.lr), beta1, beta2, weightDecay });
  const puzzleOptimizer = signSgd({
    learningRate: rate(recorded.puzzle_emb_lr),
    weightDecay: recorded.puzzle_emb_weight_decay,
  });

  const comparison = new Comparison();
  const undecided = new UndecidedElements();
  const trained: NamedTensors = trainedParameters(model);
  const copies = () =>
    Object.fromEntries(Object.entries(trained).map(([name, value]) => [name, tf.keep(tf.clone(value))]));
  const gradientsOf = compile((input: Parameters<typeof updateGradients>[2]) =>
    updateGradients(model, tokenLoss, input),
  );
  const updatesOf = compile(
    (segment: Parameters<typeof applyGradients>[1], state: Parameters<typeof applyGradients>[2]) =>
      applyGradients({ network: model, optimizer, puzzleOptimizer, emaDecay }, segment, state),
  );
  let carry = initialCarry(model, config.batch_size);
  let optimizerState = optimizer.init(trained);
  let ema: NamedTensors = emaDecay === undefined ? {} : copies();

  for (const [k, recordedSegment] of recording.segments.entries()) {
    const where = `segment ${k}`;
    const learningRate = optimizer.learningRate(k + 1);
    const puzzleRate = puzzleOptimizer.learningRate(k + 1);
    comparison.compare('lr', where, scalar(learningRate), recordedSegment.get('lr')!, BOUNDS.rate);

    const offered = puzzleTensors(hostBatch(recordedSegment));
    const draws: NamedTensors = {};
    for (const [ours, theirs] of [
      ['exploreUniform', 'explore_uniform'],
      ['exploreMinSteps', 'explore_min_steps'],
    ] as const) {
      const drawn = recordedSegment.get(`draw.${theirs}`);
      if (drawn) draws[ours] = fromHostTensor(drawn);
    }
    const segment = gradientsOf({ carry, offered, draws: [draws] });
    const rates = { parameters: tf.scalar(learningRate), puzzles: tf.scalar(puzzleRate) };
    const { gradients: ownGradients, puzzle } = segment;
    const next = updatesOf({ carry: segment.carry, gradients: ownGradients, puzzle }, { optimizerState, ema, rates });

    const { logits, haltLogits, lookAhead } = segment.outputs[0]!;
    comparison.compare(
      'out.logits',
      where,
      await toHostTensor(logits),
      recordedSegment.get('out.logits')!,
      BOUNDS.value,
    );
    for (const [ours, theirs] of [
      ['halt', 'out.q_halt_logits'],
      ['continue', 'out.q_continue_logits'],
    ] as const) {
      comparison.compare(
        theirs,
        where,
        await toHostTensor(haltLogits[ours]!),
        recordedSegment.get(theirs)!,
        BOUNDS.value,
      );
    }
    await compareContinueTarget(comparison, where, model, lookAhead, segment.carry, recordedSegment);
    comparison.compare(
      'loss.total',
      where,
      await toHostTensor(segment.loss),
      recordedSegment.get('loss.total')!,
      BOUNDS.value,
    );
    const metrics: { [name: string]: number } = { count: (await segment.counts.counted.data())[0]! };
    for (const [name, { total }] of Object.entries(segment.metrics)) metrics[name] = (await total.data())[0]!;
    compareMetrics(comparison, where, metrics, recordedSegment);
    const host = await hostCarry(segment.carry);
    compareCarry(comparison, where, host, recordedSegment);

    const gradients = new Map<string, HostTensor>();
    for (const [name, gradient] of Object.entries(segment.gradients)) gradients.set(name, await toHostTensor(gradient));
    const official = new Map([...weightsToOfficial(gradients)].map(([name, value]) => [`grad.${name}`, value]));
    if (segment.puzzle.gradients) official.set(PUZZLE_GRADIENT, await toHostTensor(segment.puzzle.gradients));
    for (const [name, expected] of recordedSegment) {
      if (!name.startsWith('grad.')) continue;
      const ours = official.get(name);
      if (ours) comparison.compare('grad', `${where} ${name}`, ours, expected, BOUNDS.gradient);
      else comparison.missing('grad', `${where}: ours lacks ${name}`);
      if (name !== PUZZLE_GRADIENT) undecided.add(name.slice('grad.'.length), expected);
      else {
        const table = tableGradient(
          expected,
          host.get('puzzleIdentifiers')!,
          recordedSegment.get(`after.${PUZZLE_WEIGHT}`)!,
        );
        undecided.add(PUZZLE_WEIGHT, table);
      }
    }

    const parameters = namedParameters(model);
    for (const [name, value] of Object.entries(next.parameters)) parameters.get(name)!.assign(value);
    const averages = new Map<string, HostTensor>();
    for (const [name, value] of Object.entries(next.ema)) averages.set(name, await toHostTensor(value));
    compareWeights('after', weightsToOfficial(await parameterValues(model)));
    compareWeights('ema', weightsToOfficial(averages));

    function compareWeights(kind: 'after' | 'ema', ours: NamedHostTensors): void {
      for (const [name, expected] of recordedSegment) {
        if (!name.startsWith(`${kind}.`)) continue;
        const parameter = name.slice(kind.length + 1);
        const value = ours.get(parameter);
        if (!value) {
          comparison.missing(kind, `${where}: ours lacks ${name}`);
          continue;
        }
        comparison.compare(kind, `${where} ${name}`, value, expected, BOUNDS.gradient, {
          limit: 2 * (parameter === PUZZLE_WEIGHT ? recorded.puzzle_emb_lr : recorded.lr),
          isUndecided: (index) => undecided.has(parameter, index),
        });
      }
    }

    disposeAll([carry, offered, draws, optimizerState, ema, rates, next.parameters]);
    disposeAll([
      segment.outputs,
      segment.loss,
      segment.metrics,
      segment.counts,
      segment.haltingSteps,
      segment.gradients,
      segment.puzzle,
    ]);
    ({ optimizerState, ema } = next);
    carry = segment.carry;
  }
  disposeAll([carry, optimizerState, ema]);
  gradientsOf.dispose?.();
  updatesOf.dispose?.();

  if (recording.evaluation) await compareEvaluation(comparison, model, recording.evaluation, tokenLoss, compile);
  model.dispose();
  const quantities = comparison.reports;
  return { name: recording.name, ok: isWithinBounds(quantities), quantities };
}

async function compareContinueTarget(
  comparison: Comparison,
  where: string,
  { halting }: RecursiveReasoner,
  lookAhead: NamedTensors,
  { steps }: Carry,
  recorded: NamedHostTensors,
): Promise<void> {
  const expected = recorded.get('out.target_q_continue');
  const learnsContinue = halting.needsLookAhead === true && Object.keys(lookAhead).length > 0;
  if (expected && learnsContinue) {
    const target = tf.tidy(() => continueTarget(lookAhead, steps, halting));
    comparison.compare('out.target_q_continue', where, await toHostTensor(target), expected, BOUNDS.value);
    target.dispose();
  } else if (expected || learnsContinue) comparison.missing('out.target_q_continue', `${where}: only one side has it`);
}

async function compareEvaluation(
  comparison: Comparison,
  model: RecursiveReasoner,
  recorded: NamedHostTensors,
  tokenLoss: typeof stablemaxCrossEntropy,
  compile: Compile,
): Promise<void> {
  const { count, totals } = await evaluate(model, [hostBatch(recorded)], {
    tokenLoss,
    compile,
    onSegment: async ({ logits, haltLogits }, k) => {
      for (const [name, tensor] of [
        ['logits', logits],
        ['q_halt_logits', haltLogits['halt']!],
        ['q_continue_logits', haltLogits['continue']!],
      ] as const) {
        const expected = recorded.get(`${k}.${name}`);
        if (expected)
          comparison.compare(`evaluation ${name}`, `segment ${k}`, await toHostTensor(tensor), expected, BOUNDS.value);
        else comparison.missing(`evaluation ${name}`, `segment ${k} is not in the recording`);
      }
    },
  });
  const compared = new Map([...recorded].map(([name, tensor]) => [name, tensor]));
  const values: { [name: string]: number } = { count };
  for (const [name, { total }] of Object.entries(totals)) values[name] = total;
  for (const [ours, official, bound] of METRICS) {
    const expected = compared.get(`metric.${official}`);
    if (expected)
      comparison.compare(`evaluation ${official}`, 'evaluation', scalar(values[ours] ?? Number.NaN), expected, bound);
  }
}
