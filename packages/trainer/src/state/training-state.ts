import * as tf from '@tensorflow/tfjs-core';
import type { Carry, ReasoningNetwork } from '@hrm/act';
import type { Communicator } from '@hrm/distributed';
import type { NamedHostTensors } from '@hrm/files';
import { disposeAll, mapTensors, namedParameters, parameterKinds, RandomStream, type NamedTensors } from '@hrm/layers';
import { describeValue } from '@hrm/layers/internal';
import { parameterValues, setParameterValues } from '@hrm/models';
import { joinState, splitState } from '../optimizers/flat-optimizer';
import { mapNamed } from '../optimizers/gradient-transformation';
import type { Optimizer } from '../optimizers/optimizer';
import type { ParameterPredicate } from '../optimizers/parameter-predicate';
import { namedState, stateOfNamed, type OptimizerState } from '../optimizers/optimizer-state';
import { agreeOnState } from '../ranks/agree-on-state';
import { gatherSlots, slotsOfRank } from '../ranks/gather-slots';
import { trainedParameters } from '../step/trained-parameters';
import type { TrainingStepOutput } from '../step/training-step-options';
import type { TrainerState } from '../trainer-options';
import { carryToHost, fittingCarry } from './carry-values';
import { namedFromHost, namedToHost } from './named-values';

/** Keeps the tensors of a container, so that no tidy frees them. */
export const keepAll = <T>(container: T): T => mapTensors(container, tf.keep);

/** Everything that training changes: the network's weights and the other state that lasts from step to step. */
export class TrainingState {
  /** Steps made so far. */
  steps = 0;
  /** The random numbers of steps. */
  random: RandomStream;
  /** Undefined before the first step. */
  carry: Carry | undefined;
  optimizer: OptimizerState;
  /** The averaged weights; empty where no average is kept. */
  ema: NamedTensors;
  readonly #network: ReasoningNetwork;
  readonly #optimizer: Optimizer;
  readonly #communicator: Communicator;
  #hasEqualStart = false;
  /** The parameters that the main optimizer trains, by name. */
  readonly #trained: { [name: string]: tf.Variable };

  constructor(
    network: ReasoningNetwork,
    optimizer: Optimizer,
    { keepsAverage, seed, trains, communicator }: StartOfTraining,
  ) {
    this.#communicator = communicator;
    this.#network = network;
    this.#optimizer = optimizer;
    this.random = new RandomStream(seed);
    const trained = trainedParameters(network, trains);
    this.#trained = trained;
    const start = keepAll(
      tf.tidy(() => ({
        optimizer: optimizer.init(trained, parameterKinds(network)),
        ema: keepsAverage ? mapNamed(trained, (parameter) => tf.clone(parameter)) : {},
      })),
    );
    this.optimizer = start.optimizer;
    this.ema = start.ema;
  }

  /** Applies the output of a step. */
  commit({ parameters: values, carry, optimizerState, ema, ...figures }: TrainingStepOutput): void {
    const parameters = namedParameters(this.#network);
    for (const [name, value] of Object.entries(values)) {
      parameters.get(name)!.assign(value);
      value.dispose();
    }
    disposeAll([this.carry, this.optimizer, this.ema, figures]);
    this.carry = carry;
    this.optimizer = optimizerState;
    this.ema = ema;
    this.steps++;
  }

  /** Puts the averaged weights into the network. @returns a function that restores its own weights. */
  useAverages(): () => void {
    const trained = this.#trained;
    const own = keepAll(tf.tidy(() => mapNamed(trained, (parameter) => tf.clone(parameter))));
    for (const [name, average] of Object.entries(this.ema)) trained[name]!.assign(average);
    return () => {
      for (const [name, value] of Object.entries(own)) trained[name]!.assign(value);
      disposeAll(own);
    };
  }

  /**
   * The state as plain values. Ranks that have been trained are given the numbers of rank 0 where theirs differ.
   *
   * @throws Error if a rank has other numbers than rounding explains.
   */
  async toHost(): Promise<TrainerState> {
    const own = await this.#ownToHost();
    if (this.#communicator.size === 1 || this.steps === 0) return own;
    return this.#agree(own);
  }

  /** Makes sure that all ranks start with the same state. @throws Error if a rank has another one. */
  async expectEqualStart(): Promise<void> {
    if (this.#hasEqualStart || this.#communicator.size === 1) return;
    await this.#agree(await this.#ownToHost());
  }

  async #agree(own: TrainerState): Promise<TrainerState> {
    const agreed = await agreeOnState(this.#communicator, own);
    if (agreed !== own) this.restore(agreed);
    this.#hasEqualStart = true;
    return agreed;
  }

  async #ownToHost(): Promise<TrainerState> {
    return {
      step: this.steps,
      random: this.random.state,
      weights: await parameterValues(this.#network),
      ema: await namedToHost(this.ema),
      optimizer: await this.#optimizerToHost(),
      carry: this.carry ? await gatherSlots(this.#communicator, await carryToHost(this.carry)) : new Map(),
    };
  }

  async #optimizerToHost(): Promise<NamedHostTensors> {
    const split = tf.tidy(() => mapTensors(namedState(splitState(this.optimizer, this.#trained)), tf.clone));
    try {
      return await namedToHost(split);
    } finally {
      disposeAll(split);
    }
  }

  /**
   * Goes on from saved values.
   *
   * @throws Error for values of another model, optimizer or average. Nothing has changed then.
   */
  restore(saved: TrainerState): void {
    if (typeof saved !== 'object' || saved === null) {
      throw new TypeError(`Trainer: the saved state is ${describeValue(saved)}, expected what state() gave`);
    }
    if (!Number.isSafeInteger(saved.step) || saved.step < 0) {
      throw new RangeError(`Trainer: the saved state is of step ${saved.step}, expected a whole number of at least 0`);
    }
    const random = RandomStream.restore(saved.random);
    const restored = tf.tidy(() => {
      const trained = this.#trained;
      const ofParameters = splitState(this.optimizer, trained);
      const named = namedFromHost('optimizer state', namedState(ofParameters), saved.optimizer);
      const fresh = {
        optimizer: joinState(stateOfNamed(named, ofParameters), this.#optimizer, trained),
        ema: namedFromHost('average', this.ema, saved.ema),
        carry:
          saved.carry.size > 0 ? fittingCarry(this.#network, slotsOfRank(saved.carry, this.#communicator)) : undefined,
      };
      setParameterValues(this.#network, saved.weights);
      return keepAll(fresh) as typeof fresh & tf.TensorContainerObject;
    });
    this.free();
    Object.assign(this, { ...restored, random, steps: saved.step });
    this.#hasEqualStart = false;
  }

  /** Frees the state, but not the network. */
  free(): void {
    disposeAll([this.carry, this.optimizer, this.ema]);
  }
}

/** What training starts with, besides the network's weights. */
interface StartOfTraining {
  keepsAverage: boolean;
  /** Seed of the random numbers of steps. */
  seed: number;
  /** Which parameters are trained. Default all. */
  trains?: ParameterPredicate | undefined;
  communicator: Communicator;
}
