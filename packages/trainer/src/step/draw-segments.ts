import * as tf from '@tensorflow/tfjs-core';
import type { ReasoningNetwork } from '@hrm/act';
import { haltingDraws } from '@hrm/act/internal';
import type { NamedTensors, RandomStream } from '@hrm/layers';
import type { HostDraws } from '@hrm/recursion';

/** Draws the random numbers of the segments of a step, for the halting controller and the refinements. */
export const drawSegments = (
  network: ReasoningNetwork,
  random: RandomStream,
  { batchSize, segments }: { batchSize: number; segments: number },
): HostDraws[] =>
  Array.from({ length: segments }, () => ({
    ...haltingDraws(network.halting, random, batchSize),
    ...network.drawForRefinement?.(random, batchSize),
  }));

/** The random numbers of a segment as tensors, by name. */
export const drawsAsTensors = (draws: HostDraws): NamedTensors =>
  Object.fromEntries(Object.entries(draws).map(([name, values]) => [name, tf.tensor1d(values)]));
