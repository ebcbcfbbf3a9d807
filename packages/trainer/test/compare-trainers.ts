import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type { PuzzleBatch } from '@hrm/data';
import { namedParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import type { StepEvent, Trainer, TrainerState } from '@hrm/trainer';

/** A hash of each part of a state. Two states with equal hashes are equal to the last bit. */
export function bitsOf(state: TrainerState): { [name: string]: string } {
  const bits: { [name: string]: string } = { step: String(state.step), random: state.random.join() };
  for (const part of ['weights', 'ema', 'optimizer', 'carry'] as const) {
    for (const [name, { data }] of state[part]) {
      bits[`${part}/${name}`] = createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex')
        .slice(0, 16);
    }
  }
  return bits;
}

/** The names of the parts in which the states of two trainers differ. */
export async function differences(a: Trainer, b: Trainer): Promise<string[]> {
  const [first, second] = [bitsOf(await a.state()), bitsOf(await b.state())];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].filter((name) => first[name] !== second[name]);
}

/** Trains a step on each batch. */
export async function train(trainer: Trainer, batches: Iterable<PuzzleBatch>): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const event of trainer.train(batches)) events.push(event);
  return events;
}

/** An event without the time that the step took. */
export const withoutTime = ({
  step,
  metrics,
  haltingSteps,
  learningRate,
}: StepEvent): Pick<StepEvent, 'step' | 'metrics' | 'haltingSteps' | 'learningRate'> => ({
  step,
  metrics,
  haltingSteps,
  learningRate,
});

/** Frees trainers and their networks. */
export function free(...trainers: Trainer[]): void {
  for (const trainer of trainers) {
    trainer.dispose();
    (trainer.network as RecursiveReasoner).dispose();
  }
}

/** Makes a network halt at its first segment, so that halting and exploration matter from the start. */
export function eagerToHalt<Network extends RecursiveReasoner>(network: Network): Network {
  tf.tidy(() =>
    namedParameters(network)
      .get('halting.head.bias')!
      .assign(tf.tensor1d([5, -5])),
  );
  return network;
}
