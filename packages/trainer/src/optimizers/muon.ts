import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { expectDecay, expectNotNegative, expectOptions, expectSizes } from '@hrm/layers/internal';
import {
  addDecayedWeights,
  chain,
  mapNamed,
  scaleByLearningRate,
  stateless,
  type GradientTransformation,
} from './gradient-transformation';
import { asLearningRate, type LearningRate } from './learning-rate';
import { scaleByAdam, type MomentsOptions } from './moments';
import type { Optimizer } from './optimizer';
import { clipped } from './clip-by-global-norm';
import { orthogonalize } from './newton-schulz';
import { isHiddenMatrix, type ParameterPredicate } from './parameter-predicate';
import { partition } from './partition';

/** Options of {@link scaleByMuon}. */
export interface ScaleByMuonOptions {
  /** Decay rate of the running average. Default 0.95. */
  momentum?: number;
  /** Steps of {@link orthogonalize}. Default 5. */
  newtonSchulzSteps?: number;
  /**
   * The factor of the orthogonal matrix. `rms`: `0.2 sqrt(max(inputs, outputs))`. Steps are then as long as AdamW's, so
   * its learning rate and weight decay fit. `spectral`: `sqrt(max(1, outputs / inputs))`, for learning rates of about
   * 0.02. Default `rms`.
   */
  scale?: 'rms' | 'spectral';
}

/** Options of {@link muon}. */
export interface MuonOptions extends ScaleByMuonOptions {
  /** A number, or a schedule such as `warmupCosine(...)`. */
  learningRate: number | LearningRate;
  /** Decoupled: each step also takes `learningRate * weightDecay` of the parameter away. Default 0. */
  weightDecay?: number;
  /** Which parameters decay, such as `isWeightMatrix`. Default all. */
  decays?: ParameterPredicate;
  /** The greatest norm over all gradients; longer ones are scaled down first. Default: no clipping. */
  clipNorm?: number;
  /** Which parameters Muon updates; each needs two axes. Default `isHiddenMatrix`: no embedding and no head. */
  matrices?: ParameterPredicate;
  /** Options of AdamW, which updates all the others. */
  rest?: MuonRestOptions;
}

/** Options of AdamW, for the parameters that Muon does not update. */
export interface MuonRestOptions extends MomentsOptions {
  /** Default 1e-8. */
  epsilon?: number;
  /** Default: that of the matrices. */
  weightDecay?: number;
  /** Its learning rate as a multiple of that of the matrices. Default 1. */
  rateRatio?: number;
}

const DIRECTION = ['momentum', 'newtonSchulzSteps', 'scale'] as const;

/** The factor after orthogonalization. Our weights are `[inputs, outputs]`; the sources have `[outputs, inputs]`. */
const scales: { [Name in 'rms' | 'spectral']: (inputs: number, outputs: number) => number } = {
  rms: (inputs, outputs) => 0.2 * Math.sqrt(Math.max(inputs, outputs)),
  spectral: (inputs, outputs) => Math.sqrt(Math.max(1, outputs / inputs)),
};

function expectMatrices(parameters: NamedTensors): void {
  for (const [name, { shape }] of Object.entries(parameters)) {
    if (shape.length !== 2) {
      throw new RangeError(
        `muon: ${name} has the shape [${shape.join(', ')}], expected a matrix; pick others by matrices`,
      );
    }
  }
}

/**
 * Muon's direction, for matrices `[inputs, outputs]`: a running average of the gradients (`momentum`) with Nesterov's
 * look-ahead, made nearly orthogonal and scaled by its shape.
 *
 * Source: Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024); the scale `rms` is that of
 * Liu et al., "Muon is Scalable for LLM Training", arXiv 2502.16982.
 *
 * @throws RangeError for options out of range, and for parameters that are not matrices.
 */
export function scaleByMuon(options: ScaleByMuonOptions = {}): GradientTransformation {
  expectOptions('scaleByMuon', options, DIRECTION);
  const { momentum = 0.95, newtonSchulzSteps = 5, scale = 'rms' } = options;
  expectDecay('muon', { momentum });
  expectSizes('muon', { newtonSchulzSteps });
  if (!Object.hasOwn(scales, scale)) {
    throw new RangeError(`muon: scale is ${JSON.stringify(scale)}, expected "rms" or "spectral"`);
  }
  const towards = (from: tf.Tensor, to: tf.Tensor, share: number) =>
    tf.add<tf.Tensor2D>(from, tf.mul(tf.sub(to, from), share));
  return {
    init: (parameters) => {
      expectMatrices(parameters);
      return { perParameter: { momentum: mapNamed(parameters, tf.zerosLike) } };
    },
    update(updates, { perParameter }) {
      expectMatrices(updates);
      const next: NamedTensors = {};
      const directions = mapNamed(updates, (gradient, name) => {
        const mean = towards(perParameter!['momentum']![name]!, gradient, 1 - momentum);
        next[name] = mean;
        const ahead = towards(gradient, mean, momentum);
        const [inputs, outputs] = ahead.shape;
        return tf.mul(orthogonalize(ahead, newtonSchulzSteps), scales[scale](inputs, outputs));
      });
      return { updates: directions, state: { perParameter: { momentum: next } } };
    },
  };
}

/**
 * Muon: nearly orthogonal steps for the matrices of hidden layers, AdamW for the rest. By default both use the same
 * learning rate and weight decay.
 *
 * Source: see {@link scaleByMuon}.
 *
 * @throws RangeError for options out of range, and where `matrices` picks a parameter that is not a matrix.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { muon } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const optimizer = muon({ learningRate: 1e-3, weightDecay: 0.1, rest: { beta2: 0.99 } });
 * const weights = { 'mixer.weight': tf.zeros([2, 2]), 'output.weight': tf.zeros([2, 3]) };
 * const state = optimizer.init(weights, { 'output.weight': 'head' }); // kinds, as parameterKinds(model) gives them
 * console.log(JSON.stringify(state)); // the momentum of the matrix; the head's two averages and the count of steps
 * ```
 */
export function muon(options: MuonOptions): Optimizer {
  expectOptions('muon', options, [
    'learningRate',
    'weightDecay',
    'decays',
    'clipNorm',
    'matrices',
    'rest',
    ...DIRECTION,
  ]);
  const {
    learningRate,
    weightDecay = 0,
    decays,
    clipNorm,
    matrices = isHiddenMatrix,
    rest = {},
    ...direction
  } = options;
  expectOptions('muon: rest', rest, ['beta1', 'beta2', 'epsilon', 'weightDecay', 'rateRatio']);
  const { weightDecay: restDecay = weightDecay, rateRatio = 1, ...moments } = rest;
  if (!(rateRatio > 0)) throw new RangeError(`muon: rest.rateRatio is ${rateRatio}, expected more than 0`);
  expectNotNegative('muon', { weightDecay });
  expectNotNegative('muon: rest', { weightDecay: restDecay });
  const both = partition(matrices, {
    picked: chain(scaleByMuon(direction), addDecayedWeights(weightDecay, decays)),
    rest: chain(
      scaleByAdam(moments),
      addDecayedWeights(restDecay, decays),
      stateless((update) => tf.mul(update, rateRatio)),
    ),
  });
  return {
    ...clipped(chain(both, scaleByLearningRate()), clipNorm),
    learningRate: asLearningRate('muon', learningRate),
  };
}
