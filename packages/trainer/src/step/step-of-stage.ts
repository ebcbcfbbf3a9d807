import * as tf from '@tensorflow/tfjs-core';
import type { ReasoningNetwork, TokenLoss } from '@hrm/act';
import { uncompiled } from '@hrm/layers';
import type { Optimizer } from '../optimizers/optimizer';
import type { TrainerOptions } from '../trainer-options';
import { keepAll } from '../state/training-state';
import { microBatchedStep } from './micro-batched-step';
import { sharedStep, type RunStep } from './shared-step';
import { trainingStep } from './training-step';
import type { TrainingStep } from './training-step-options';

/** A network at a stage of training, and its training step. */
interface Stage {
  network: ReasoningNetwork;
  step: RunStep & { dispose?: () => void };
}

/** A trainer's options, with their defaults. */
type StepOfStageOptions = TrainerOptions & { tokenLoss: TokenLoss; optimizer: Optimizer };

/** A step without other ranks. */
const ofOneProcess = (step: TrainingStep): Stage['step'] =>
  Object.assign((input: Parameters<RunStep>[0]) => tf.tidy(() => keepAll(step(input()))), {
    dispose: () => step.dispose?.(),
  });

/** The training step of a network whose schedule may change in stages; made anew for each stage. */
export class StepOfStage {
  readonly #network: ReasoningNetwork;
  readonly #options: StepOfStageOptions;
  #stage: Stage | undefined;

  constructor(network: ReasoningNetwork, options: StepOfStageOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** The stage at a step, counted from 1. What was compiled for an earlier stage is dropped. */
  at(step: number): Stage {
    const { totalSteps = 1, microBatch, lanes = 1, compile = uncompiled, communicator, wire, ...rest } = this.#options;
    const network = this.#network.atProgress?.(Math.min(1, (step - 1) / totalSteps)) ?? this.#network;
    if (this.#stage?.network === network) return this.#stage;
    this.free();
    const { tokenLoss, optimizer, puzzleOptimizer, emaDecay, trains } = rest;
    const parts = { network, tokenLoss, optimizer, puzzleOptimizer, emaDecay, trains };
    const compileIfCan = network.recordable === false ? uncompiled : compile;
    const split = { microBatch, lanes, compile: compileIfCan };
    const runStep =
      communicator && communicator.size > 1
        ? sharedStep(parts, { ...split, communicator, wire })
        : ofOneProcess(
            microBatch
              ? microBatchedStep(parts, { ...split, microBatch })
              : compileIfCan(trainingStep(parts, { lanes })),
          );
    this.#stage = { network, step: runStep };
    return this.#stage;
  }

  /** Frees the compiled step. */
  free(): void {
    this.#stage?.step.dispose?.();
    this.#stage = undefined;
  }
}
