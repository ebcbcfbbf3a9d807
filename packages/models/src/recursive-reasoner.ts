import * as tf from '@tensorflow/tfjs-core';
import {
  disposeParameters,
  inPrecision,
  Linear,
  RandomStream,
  truncatedNormal,
  uncompiled,
  type BlockContext,
  type Compile,
  type NamedTensors,
  type ParameterTree,
  type Precision,
} from '@hrm/layers';
import { expectPart, expectReturned, noteVariables } from '@hrm/layers/internal';
import {
  RecursionCore,
  type HostDraws,
  type Latents,
  type RecursionSchedule,
  type Refinement,
  type Refiner,
} from '@hrm/recursion';
import { isProgressive } from '@hrm/recursion/internal';
import {
  Solver,
  type HaltingController,
  type Puzzle,
  type PuzzleTensors,
  type ReasoningNetwork,
  type Solution,
  type SolveOptions,
  type SolverOptions,
} from '@hrm/act';
import { expectController } from '@hrm/act/internal';
import { atStage } from './at-stage';
import { candidateLogits, type Candidates } from './candidates';
import type { ModelConfig } from './config/model-config';
import { InputNetwork } from './input-network';
import { expectReasonerOptions, type RecursiveReasonerOptions } from './reasoner-options';
import { drawWith, refineWith } from './refine-with';
import { RotaryTables } from './rotary-tables';

/**
 * A recursive reasoning model: an input network, f_L and f_H, a recursion schedule, a halting controller and an output
 * head. `hrm()` and `trm()` choose the parts of the published models.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1_Inner`.
 */
export class RecursiveReasoner implements ReasoningNetwork {
  readonly parameters: ParameterTree;
  readonly vocabSize: number;
  readonly seqLen: number;
  readonly hiddenSize: number;
  readonly prefixLen: number;
  readonly latentPositions: number;
  readonly candidates: Candidates | undefined;
  readonly halting: HaltingController;
  readonly schedule: RecursionSchedule;
  readonly core: RecursionCore;
  readonly precision: Precision;
  /** The config that `buildModel` made it from. */
  readonly config: ModelConfig | undefined;
  readonly #input: InputNetwork;
  readonly #outputHead: Linear;
  readonly #start: { zH: tf.Variable; zL: tf.Variable };
  readonly #stages = new Map<RecursionSchedule, ReasoningNetwork>();
  readonly #rotary: RotaryTables;
  #disposed = false;
  #solver: { compile: Compile; solver: Solver } | undefined;

  constructor(options: RecursiveReasonerOptions) {
    expectReasonerOptions(options);
    const { vocabSize, seqLen, hiddenSize, levels, schedule, halting, config } = options;
    const { positions = 'rope', ropeTheta, precision = 'float32', candidates, seed = 0 } = options;
    const random = new RandomStream(seed);
    this.vocabSize = vocabSize;
    this.seqLen = seqLen;
    this.candidates = candidates;
    this.hiddenSize = hiddenSize;
    this.schedule = schedule;
    this.precision = precision;
    this.config = config;

    const freeNewVariables = noteVariables();
    const made: Refiner[] = [];
    let rotary: RotaryTables | undefined;
    try {
      const input = new InputNetwork(options, random);
      this.#input = input;
      this.prefixLen = input.prefixLen;
      this.latentPositions = input.positions;
      const tables = new RotaryTables(positions, { seqLen, prefixLen: input.prefixLen, theta: ropeTheta });
      this.#rotary = rotary = tables;
      const context: BlockContext = {
        hiddenSize,
        seqLen: input.positions,
        rotary: (headSize) => tables.forHeads(headSize),
        random,
      };
      const what = 'RecursiveReasoner: levels';
      const { lowLevel, highLevel } = expectReturned(what, levels(context), '{ lowLevel, highLevel }');
      made.push(lowLevel, highLevel);
      this.core = new RecursionCore(lowLevel, highLevel, { precision });
      const outputSize = candidates ? 1 : vocabSize;
      this.#outputHead = new Linear({ inputSize: hiddenSize, outputSize, kind: 'head', random });
      this.halting = halting({ hiddenSize, random });
      expectController('RecursiveReasoner: what halting made', this.halting);
      const startVector = () =>
        tf.tidy(() => tf.variable(truncatedNormal({ shape: [hiddenSize], std: 1, random }), false));
      this.#start = { zH: startVector(), zL: startVector() };

      this.parameters = {
        ...input.parameters,
        lowLevel,
        highLevel,
        outputHead: this.#outputHead,
        halting: this.halting,
        initialLatents: this.#start,
      };
    } catch (error) {
      // A part is invalid: free the parts made before it.
      made.forEach(disposeParameters);
      freeNewVariables();
      rotary?.dispose();
      throw error;
    }
  }

  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor } {
    // Every solution and every training starts here.
    if (this.#disposed) throw new Error('RecursiveReasoner: the model has been disposed of; make another one');
    return this.#start;
  }

  /** The table of the puzzle embedding, if there is one. */
  get puzzleTable(): tf.Variable<tf.Rank.R2> | undefined {
    return this.#input.puzzleEmbedding?.parameters.weight;
  }

  puzzleRows({ puzzleIdentifiers }: PuzzleTensors): tf.Tensor2D | undefined {
    return this.#input.puzzleEmbedding?.rows(puzzleIdentifiers);
  }

  embed(puzzle: PuzzleTensors, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D {
    return this.#input.embed(puzzle, puzzleRows);
  }

  refine(latents: Latents, x: tf.Tensor3D, draws?: NamedTensors): Refinement {
    return refineWith(this.schedule, this.core, { latents, x, draws });
  }

  /** Whether some tokens are no candidates. */
  get hasImpossibleTokens(): boolean {
    return this.candidates !== undefined && this.candidates.count < this.vocabSize;
  }

  /** Whether a step can be recorded as one graph. False if the schedule reads tensor values. */
  get recordable(): boolean {
    return this.schedule.recordable ?? true;
  }

  drawForRefinement(random: RandomStream, batchSize: number): HostDraws {
    return drawWith(this.schedule, random, [batchSize, this.latentPositions, this.hiddenSize]);
  }

  /** The model with the schedule at this progress of training, and the same parameters. */
  atProgress(progress: number): ReasoningNetwork {
    if (!isProgressive(this.schedule)) return this;
    const schedule = this.schedule.at(progress);
    expectPart(`recursion schedule ${this.schedule.name}: what at(${progress}) returned`, schedule, ['refine']);
    const stage = this.#stages.get(schedule) ?? atStage(this, schedule);
    this.#stages.set(schedule, stage);
    return stage;
  }

  readOut(zH: tf.Tensor3D): tf.Tensor3D {
    const [batch] = zH.shape;
    return tf.tidy(() => {
      const tokens =
        this.prefixLen > 0 ? tf.slice(zH, [0, this.prefixLen, 0], [batch, this.seqLen, this.hiddenSize]) : zH;
      const logits = inPrecision(this.precision, () => this.#outputHead.apply(tokens));
      return this.candidates ? candidateLogits(logits, this.candidates, this.vocabSize) : logits;
    });
  }

  /**
   * Solves one puzzle, see `Solver.solve`. The model keeps its `Solver` for the next puzzles, until `compile` changes.
   */
  solve(puzzle: Puzzle, { compile = uncompiled, ...options }: SolveOptions & SolverOptions = {}): Promise<Solution> {
    if (this.#solver?.compile !== compile) {
      this.#solver?.solver.dispose();
      this.#solver = { compile, solver: new Solver(this, { compile }) };
    }
    return this.#solver.solver.solve(puzzle, options);
  }

  /** Frees all parameters and tables. The model cannot be used after that. */
  dispose(): void {
    this.#disposed = true;
    this.#solver?.solver.dispose();
    this.#solver = undefined;
    disposeParameters(this);
    this.#rotary.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
