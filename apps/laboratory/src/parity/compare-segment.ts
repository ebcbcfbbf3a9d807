import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Carry } from '@hrm/act';
import { continueTarget } from '@hrm/act/internal';
import type { NamedHostTensors } from '@hrm/files';
import type { RecursiveReasoner } from '@hrm/models';
import type { UpdateGradients } from '@hrm/trainer';
import { type Bound, BOUNDS, type Comparison } from './comparison';
import { hostTensors } from './host-tensors';

/** The outputs of a segment, by their recorded names. */
const OUTPUTS = [
  'out.logits',
  'out.q_halt_logits',
  'out.q_continue_logits',
  'out.target_q_continue',
  'loss.total',
] as const;

/** Our names of the metrics, the official names, and their bounds. */
export const METRICS = [
  ['count', 'count', BOUNDS.exact],
  ['accuracy', 'accuracy', BOUNDS.value],
  ['exactAccuracy', 'exact_accuracy', BOUNDS.exact],
  ['haltAccuracy', 'q_halt_accuracy', BOUNDS.exact],
  ['steps', 'steps', BOUNDS.exact],
  ['tokenLoss', 'lm_loss', BOUNDS.value],
  ['haltLoss', 'q_halt_loss', BOUNDS.value],
  ['continueLoss', 'q_continue_loss', BOUNDS.value],
] as const;

/** The same for the tensors of the carry. */
const CARRY = [
  ['zH', 'z_H', BOUNDS.value],
  ['zL', 'z_L', BOUNDS.value],
  ['steps', 'steps', BOUNDS.exact],
  ['halted', 'halted', BOUNDS.exact],
  ['inputs', 'data.inputs', BOUNDS.exact],
  ['labels', 'data.labels', BOUNDS.exact],
  ['puzzleIdentifiers', 'data.puzzle_identifiers', BOUNDS.exact],
] as const;

/** The outputs, losses, metrics and carry of a segment that we computed, by the names of a recording. */
export async function segmentValues(
  { halting }: RecursiveReasoner,
  { outputs, loss, metrics, counts, carry }: UpdateGradients,
): Promise<NamedHostTensors> {
  const { logits, haltLogits, lookAhead } = outputs[0]!;
  const target = nextTarget(halting, lookAhead, carry);
  const computed: NamedTensors = {
    'out.logits': logits,
    ...(haltLogits['halt'] && { 'out.q_halt_logits': haltLogits['halt'] }),
    ...(haltLogits['continue'] && { 'out.q_continue_logits': haltLogits['continue'] }),
    ...(target && { 'out.target_q_continue': target }),
    'loss.total': loss,
  };
  for (const [name, official] of METRICS) {
    const metric = name === 'count' ? counts.counted : metrics[name]?.total;
    if (metric) computed[`metric.${official}`] = metric;
  }
  const { latents, steps, halted, puzzle } = carry;
  const carried: NamedTensors = { ...latents, steps, halted, ...puzzle };
  for (const [name, official] of CARRY) if (carried[name]) computed[`carry.${official}`] = carried[name];
  const values = await hostTensors(computed);
  target?.dispose();
  return values;
}

/** Compares the outputs, losses, metrics and carry of one segment with the recorded ones. */
export function compareSegment(
  comparison: Comparison,
  where: string,
  ours: NamedHostTensors,
  recorded: NamedHostTensors,
): void {
  const compare = (quantity: string, bound: Bound) =>
    comparison.compare({ quantity, where, ours: ours.get(quantity), theirs: recorded.get(quantity), bound });
  for (const name of OUTPUTS) compare(name, BOUNDS.value);
  for (const [, official, bound] of METRICS) compare(`metric.${official}`, bound);
  for (const [, official, bound] of CARRY) {
    // A recording need not hold every tensor of the carry.
    if (recorded.has(`carry.${official}`)) compare(`carry.${official}`, bound);
  }
}

/** The target of the continue value, if the controller learns one. */
function nextTarget(
  halting: RecursiveReasoner['halting'],
  lookAhead: NamedTensors,
  { steps }: Carry,
): tf.Tensor | undefined {
  if (halting.needsLookAhead !== true || Object.keys(lookAhead).length === 0) return undefined;
  return tf.tidy(() => continueTarget(lookAhead, steps, halting));
}
