import * as tf from '@tensorflow/tfjs-core';
import {
  initialCarry,
  puzzleTensors,
  softmaxCrossEntropy,
  stablemaxCrossEntropy,
  type Carry,
  type TokenLoss,
} from '@hrm/act';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { disposeAll, uncompiled, type Compile } from '@hrm/layers';
import { buildModel, modelConfigFromOfficial, setParameterValues, weightsFromOfficial } from '@hrm/models';
import { fromHostTensor, toHostTensor } from '@hrm/models/internal';
import { updateGradients } from '@hrm/trainer';
import type { Bfloat16Case } from './bfloat16-case';
import { segmentValues } from './compare-segment';
import { gradientValues } from './compare-weights';
import { recordedBatch, recordedDraws } from './recorded-batch';

/** The errors of one quantity in one segment: the root mean square of the difference from the official float32. */
export interface Bfloat16Errors {
  quantity: string;
  segment: number;
  ours: number;
  theirs: number;
  ok: boolean;
}

/** How far we and the official code, both in bfloat16, are from the official code in float32. */
export interface Bfloat16Report {
  name: string;
  ok: boolean;
  errors: Bfloat16Errors[];
}

/** Our error may be this many times that of the official code. */
export const LARGEST_RATIO = 1.5;

/** The name under which {@link tokenLosses} joins the recorded tensors. */
const TOKEN_LOSSES = 'token losses';

/**
 * The quantities that are compared, and the names of their tensors. The sums of the losses over the batch are shown, but
 * have no bound: each is one number, whose error is large or small by chance, also in a copy of the official rounding.
 * The loss of each token is bounded instead.
 */
const QUANTITIES: readonly { quantity: string; names: RegExp; bounded: boolean }[] = [
  { quantity: 'logits', names: /^out\.logits$/, bounded: true },
  { quantity: 'halting values', names: /^out\.(q_|target_)/, bounded: true },
  { quantity: TOKEN_LOSSES, names: /^token losses$/, bounded: true },
  { quantity: 'sums of losses', names: /^loss\.total$|^metric\..*_loss$/, bounded: false },
  { quantity: 'gradients', names: /^grad\./, bounded: true },
];

/**
 * Replays a run recorded in bfloat16, each segment from the recorded float32 state. Native TensorFlow computes in
 * bfloat16, other backends in float32.
 */
export async function replayBfloat16Case(
  { name, exact, segments }: Bfloat16Case,
  compile: Compile = uncompiled,
): Promise<Bfloat16Report> {
  const { family, config, loss } = exact;
  const network = buildModel(modelConfigFromOfficial(family, { ...config, forward_dtype: 'bfloat16' }));
  const tokenLoss = loss === 'stablemax_cross_entropy' ? stablemaxCrossEntropy : softmaxCrossEntropy;
  const gradientsOf = compile((input: Parameters<typeof updateGradients>[2]) =>
    updateGradients(network, tokenLoss, input),
  );
  const errors: Bfloat16Errors[] = [];
  for (const [k, theirs] of segments.entries()) {
    const truth = exact.segments[k]!;
    const before = exact.segments[k - 1];
    setParameterValues(network, weightsFromOfficial(before ? weightsAfter(before) : exact.weights));
    const carry = before ? recordedCarry(before) : initialCarry(network, config.batch_size);
    const offered = puzzleTensors(recordedBatch(truth));
    const draws = recordedDraws(truth);
    const segment = gradientsOf({ carry, offered, draws: [draws] });
    const ours = new Map([...(await segmentValues(network, segment)), ...(await gradientValues(segment))]);
    disposeAll([carry, offered, draws, segment]);
    const labels = truth.get('carry.data.labels')!;
    const withTokenLosses = async (values: NamedHostTensors) =>
      new Map([...values, [TOKEN_LOSSES, await tokenLosses(tokenLoss, values.get('out.logits')!, labels)]]);
    errors.push(
      ...errorsOf(k, {
        ours: await withTokenLosses(ours),
        theirs: await withTokenLosses(theirs),
        truth: await withTokenLosses(truth),
      }),
    );
  }
  gradientsOf.dispose?.();
  network.dispose();
  return { name, ok: errors.every(({ ok }) => ok), errors };
}

/** The loss of each token, from logits. */
async function tokenLosses(tokenLoss: TokenLoss, logits: HostTensor, labels: HostTensor): Promise<HostTensor> {
  const losses = tf.tidy(() => tokenLoss(fromHostTensor(logits) as tf.Tensor3D, fromHostTensor(labels) as tf.Tensor2D));
  const values = await toHostTensor(losses);
  losses.dispose();
  return values;
}

/** The errors of all quantities in a segment. */
function errorsOf(
  segment: number,
  { ours, theirs, truth }: { ours: NamedHostTensors; theirs: NamedHostTensors; truth: NamedHostTensors },
): Bfloat16Errors[] {
  return QUANTITIES.map(({ quantity, names: pattern, bounded }) => {
    const names = [...theirs.keys()].filter((name) => pattern.test(name));
    const errors = { ours: rootMeanSquareError(names, ours, truth), theirs: rootMeanSquareError(names, theirs, truth) };
    return { quantity, segment, ...errors, ok: !bounded || errors.ours <= LARGEST_RATIO * errors.theirs };
  });
}

/** The weights after a recorded segment's update. */
function weightsAfter(recorded: NamedHostTensors): NamedHostTensors {
  return new Map(
    [...recorded].flatMap(([name, value]) => (name.startsWith('after.') ? [[name.slice('after.'.length), value]] : [])),
  );
}

/** The carry after a recorded segment. */
function recordedCarry(recorded: NamedHostTensors): Carry {
  const values = (name: string) => recorded.get(`carry.${name}`)!;
  const tensor = (name: string) => fromHostTensor(values(name));
  return {
    latents: { zH: tensor('z_H'), zL: tensor('z_L') },
    steps: tensor('steps'),
    halted: fromHostTensor({ ...values('halted'), dtype: 'bool' } as HostTensor),
    puzzle: {
      inputs: tensor('data.inputs'),
      labels: tensor('data.labels'),
      puzzleIdentifiers: tensor('data.puzzle_identifiers'),
    },
    halting: {},
  } as Carry;
}

/** The root mean square over all elements of the named tensors; NaN, which is out of bounds, where a tensor is missing. */
function rootMeanSquareError(names: readonly string[], values: NamedHostTensors, truth: NamedHostTensors): number {
  let squares = 0;
  let count = 0;
  for (const name of names) {
    const expected = truth.get(name)!.data;
    const given = values.get(name)?.data;
    for (let i = 0; i < expected.length; i++) squares += (Number(given?.[i]) - Number(expected[i])) ** 2;
    count += expected.length;
  }
  return Math.sqrt(squares / count);
}
