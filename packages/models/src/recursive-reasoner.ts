import * as tf from '@tensorflow/tfjs-core';
import {
  uncompiled,
  inPrecision,
  PRECISIONS,
  disposeParameters,
  Linear,
  PositionEmbedding,
  PuzzleEmbedding,
  RandomStream,
  TokenEmbedding,
  expectShape,
  truncatedNormal,
  type BlockContext,
  type Compile,
  type Layer,
  type ParameterTree,
  type PositionRotation,
  type Precision,
  type NamedTensors,
} from '@hrm/layers';
import {
  expectChoice,
  expectFactory,
  expectOptions,
  expectPart,
  expectReturned,
  expectSizes,
  noteVariables,
} from '@hrm/layers/internal';
import {
  RecursionCore,
  type Latents,
  type RecursionSchedule,
  type Refinement,
  type Refiner,
  type HostDraws,
} from '@hrm/recursion';
import { isProgressive } from '@hrm/recursion/internal';
import {
  Solver,
  type HaltingController,
  type HaltingFactory,
  type Puzzle,
  type PuzzleTensors,
  type ReasoningNetwork,
  type Solution,
  type SolverOptions,
  type SolveOptions,
} from '@hrm/act';
import { expectController } from '@hrm/act/internal';
import { atStage } from './at-stage';
import { CANDIDATE_KINDS, candidateKinds, candidateLogits, expectCandidates, type Candidates } from './candidates';
import type { ModelConfig } from './config/model-config';
import { drawWith, refineWith } from './refine-with';
import { expectPositions, rotationOf, type Positions } from './config/positions';

/** Options of {@link RecursiveReasoner}. */
export interface RecursiveReasonerOptions {
  vocabSize: number;
  /** Tokens of a puzzle. */
  seqLen: number;
  hiddenSize: number;
  /** Makes f_L and f_H. May return the same module twice. */
  levels: (context: BlockContext) => { lowLevel: Refiner; highLevel: Refiner };
  schedule: RecursionSchedule;
  halting: HaltingFactory;
  /** Default `'rope'`. Blocks without attention, such as the mixer, ignore rotary tables. */
  positions?: Positions;
  /** Base of the rotary wavelengths. Default 10,000. */
  ropeTheta?: number;
  /** A learned vector per puzzle identifier, placed before the tokens. Default none. */
  puzzleEmbedding?: { puzzles: number; size: number; positions?: number } | undefined;
  /**
   * In which numbers the products of f_L, f_H and the output head are computed, as the official `forward_dtype`.
   * `'bfloat16'` needs native TensorFlow; other backends compute in float32. Default `'float32'`.
   */
  precision?: Precision;
  /**
   * Makes each cell a position for each value it can have, instead of one position. The model then knows that all values
   * are alike; blocks such as `poolingBlock` let the positions exchange messages. Without other positions
   * (`positions: 'none'`) and puzzle embedding. Default none.
   */
  candidates?: Candidates | undefined;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
  /** The model as plain data, which `saveModel` writes. `buildModel` sets it. Default none. */
  config?: ModelConfig;
}

/** The most positions. A damaged config could name so many that the tables of their rotation fill the memory. */
const MOST_POSITIONS = 2 ** 20;

const OPTIONS = [
  'vocabSize',
  'seqLen',
  'hiddenSize',
  'levels',
  'schedule',
  'halting',
  'positions',
  'ropeTheta',
  'puzzleEmbedding',
  'precision',
  'candidates',
  'seed',
  'config',
] as const satisfies readonly (keyof RecursiveReasonerOptions)[];

/** Options that `hrm()` and `trm()` share. */
export const REASONER_OPTIONS = OPTIONS.map((name) => (name === 'levels' ? 'block' : name));

/**
 * A recursive reasoning model: embeddings, f_L and f_H, a recursion schedule, a halting controller and an output head.
 * `hrm()` and `trm()` choose the parts of the published models.
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
  readonly puzzleEmbedding: PuzzleEmbedding | undefined;
  readonly precision: Precision;
  /** The config that `buildModel` made it from. */
  readonly config: ModelConfig | undefined;
  readonly #tokenEmbedding: TokenEmbedding;
  readonly #positionEmbedding: PositionEmbedding | undefined;
  readonly #outputHead: Linear;
  readonly #start: { zH: tf.Variable; zL: tf.Variable };
  readonly #stages = new Map<RecursionSchedule, ReasoningNetwork>();
  readonly #rotary = new Map<number, PositionRotation>();
  #disposed = false;
  #solver: { compile: Compile; solver: Solver } | undefined;

  constructor(options: RecursiveReasonerOptions) {
    expectOptions('RecursiveReasoner', options, OPTIONS);
    const { vocabSize, seqLen, hiddenSize, levels, schedule, halting, puzzleEmbedding } = options;
    const { positions = 'rope', ropeTheta, precision = 'float32', candidates, seed = 0 } = options;
    expectSizes('RecursiveReasoner', { vocabSize, seqLen, hiddenSize });
    expectFactory('RecursiveReasoner: levels', levels, '(context) => ({ lowLevel, highLevel })');
    expectPart('RecursiveReasoner: schedule', schedule, ['refine']);
    expectFactory('RecursiveReasoner: halting', halting, 'qLearningHalting()');
    expectPositions(positions, seqLen);
    expectChoice('RecursiveReasoner', { precision }, PRECISIONS);
    if (candidates) {
      expectCandidates(candidates, vocabSize);
      if (positions !== 'none' || puzzleEmbedding) {
        throw new RangeError(
          "RecursiveReasoner: candidates need positions 'none' and no puzzleEmbedding; all values of a cell are alike",
        );
      }
    }
    const random = new RandomStream(seed);
    this.vocabSize = vocabSize;
    this.seqLen = seqLen;
    this.candidates = candidates;
    this.hiddenSize = hiddenSize;
    this.schedule = schedule;
    this.precision = precision;
    this.config = options.config;

    const freeNewVariables = noteVariables();
    const made: Refiner[] = [];
    try {
      this.#tokenEmbedding = new TokenEmbedding({
        vocabSize: candidates ? CANDIDATE_KINDS : vocabSize,
        hiddenSize,
        random,
      });
      this.puzzleEmbedding = puzzleEmbedding && new PuzzleEmbedding({ ...puzzleEmbedding, hiddenSize });
      this.prefixLen = this.puzzleEmbedding?.positions ?? 0;
      this.latentPositions = this.prefixLen + seqLen * (candidates?.count ?? 1);
      expectSizes('RecursiveReasoner', { 'the number of positions': this.latentPositions }, 1, MOST_POSITIONS);
      if (positions === 'learned')
        this.#positionEmbedding = new PositionEmbedding({ seqLen: this.latentPositions, hiddenSize, random });

      const rotary = (headSize: number) => {
        const sizes = { headSize, seqLen, prefixLen: this.prefixLen, theta: ropeTheta };
        const made = this.#rotary.get(headSize) ?? rotationOf(positions, sizes);
        if (made) this.#rotary.set(headSize, made);
        return made;
      };
      const { lowLevel, highLevel } = expectReturned(
        'RecursiveReasoner: levels',
        levels({ hiddenSize, seqLen: this.latentPositions, rotary, random }),
        '{ lowLevel, highLevel }',
      );
      made.push(lowLevel, highLevel);
      this.core = new RecursionCore(lowLevel, highLevel, { precision });
      this.#outputHead = new Linear({
        inputSize: hiddenSize,
        outputSize: candidates ? 1 : vocabSize,
        kind: 'head',
        random,
      });
      this.halting = halting({ hiddenSize, random });
      expectController('RecursiveReasoner: what halting made', this.halting);
      const startVector = () =>
        tf.tidy(() => tf.variable(truncatedNormal({ shape: [hiddenSize], std: 1, random }), false));
      this.#start = { zH: startVector(), zL: startVector() };

      this.parameters = {
        tokenEmbedding: this.#tokenEmbedding,
        ...(this.#positionEmbedding && { positionEmbedding: this.#positionEmbedding as Layer }),
        ...(this.puzzleEmbedding && { puzzleEmbedding: this.puzzleEmbedding as Layer }),
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
      for (const rotary of this.#rotary.values()) rotary.dispose();
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
    return this.puzzleEmbedding?.parameters.weight;
  }

  puzzleRows({ puzzleIdentifiers }: PuzzleTensors): tf.Tensor2D | undefined {
    return this.puzzleEmbedding?.rows(puzzleIdentifiers);
  }

  embed({ inputs }: PuzzleTensors, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D {
    expectShape(
      'RecursiveReasoner',
      inputs,
      ['batch', this.seqLen],
      'the puzzles must have as many tokens as the model',
    );
    return tf.tidy(() => {
      const tokens = this.#tokenEmbedding.apply(this.candidates ? candidateKinds(inputs, this.candidates) : inputs);
      const prefixed =
        this.puzzleEmbedding && puzzleRows ? tf.concat([this.puzzleEmbedding.apply(puzzleRows), tokens], 1) : tokens;
      const placed = this.#positionEmbedding ? this.#positionEmbedding.apply(prefixed) : prefixed;
      return tf.mul(Math.sqrt(this.hiddenSize), placed);
    });
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
    for (const rotary of this.#rotary.values()) rotary.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
