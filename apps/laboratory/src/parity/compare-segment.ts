import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Carry } from '@hrm/act';
import { continueTarget } from '@hrm/act/internal';
import type { HostTensor, NamedHostTensors } from '@hrm/files';
import type { RecursiveReasoner } from '@hrm/models';
import { toHostTensor } from '@hrm/models/internal';
import type { UpdateGradients } from '@hrm/trainer';
import { BOUNDS, type Comparison } from './comparison';
import { hostScalar, hostTensors } from './host-tensors';

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

/** Compares the outputs, losses, metrics and carry of one segment with the recorded ones. */
export async function compareSegment(
  comparison: Comparison,
  where: string,
  { halting }: RecursiveReasoner,
  { outputs, loss, metrics, counts, carry }: UpdateGradients,
  recorded: NamedHostTensors,
): Promise<void> {
  const compare = async (name: string, ours: tf.Tensor | undefined) =>
    comparison.compare(name, where, ours && (await toHostTensor(ours)), recorded.get(name), BOUNDS.value);
  const { logits, haltLogits, lookAhead } = outputs[0]!;
  await compare('out.logits', logits);
  await compare('out.q_halt_logits', haltLogits['halt']);
  await compare('out.q_continue_logits', haltLogits['continue']);
  const target = nextTarget(halting, lookAhead, carry);
  await compare('out.target_q_continue', target);
  target?.dispose();
  await compare('loss.total', loss);

  const ours = new Map([['count', hostScalar((await counts.counted.data())[0]!)]]);
  for (const [name, { total }] of Object.entries(metrics)) ours.set(name, hostScalar((await total.data())[0]!));
  compareNamed(comparison, where, 'metric', METRICS, ours, recorded);
  // A recording need not hold every tensor of the carry.
  const inRecording = CARRY.filter(([, official]) => recorded.has(`carry.${official}`));
  const { latents, steps, halted, puzzle } = carry;
  const carried = await hostTensors({ ...latents, steps, halted, ...puzzle });
  compareNamed(comparison, where, 'carry', inRecording, carried, recorded);
}

function compareNamed(
  comparison: Comparison,
  where: string,
  kind: 'metric' | 'carry',
  names: readonly (typeof METRICS | typeof CARRY)[number][],
  ours: ReadonlyMap<string, HostTensor>,
  recorded: NamedHostTensors,
): void {
  for (const [name, official, bound] of names) {
    comparison.compare(`${kind}.${official}`, where, ours.get(name), recorded.get(`${kind}.${official}`), bound);
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
