import * as tf from '@tensorflow/tfjs-core';
import {
  expectShape,
  PositionEmbedding,
  PuzzleEmbedding,
  TokenEmbedding,
  type Layer,
  type ParameterTree,
  type RandomStream,
} from '@hrm/layers';
import { expectSizes } from '@hrm/layers/internal';
import type { PuzzleTensors } from '@hrm/act';
import { CANDIDATE_KINDS, candidateKinds, type Candidates } from './candidates';
import type { RecursiveReasonerOptions } from './reasoner-options';

/** The most positions. A damaged config could name so many that the tables of their rotation fill the memory. */
const MOST_POSITIONS = 2 ** 20;

type InputNetworkOptions = Pick<
  RecursiveReasonerOptions,
  'vocabSize' | 'seqLen' | 'hiddenSize' | 'positions' | 'puzzleEmbedding' | 'candidates'
>;

/**
 * The input network f_I: embeds the tokens of a puzzle, with the vector of its identifier in front.
 *
 * Source: HRM, section 2; official HRM, `models/hrm/hrm_act_v1.py`, `_input_embeddings`.
 */
export class InputNetwork implements Layer {
  readonly parameters: ParameterTree;
  /** Positions of the puzzle embedding in front of the tokens. */
  readonly prefixLen: number;
  /** All positions of the embedded puzzle. */
  readonly positions: number;
  readonly puzzleEmbedding: PuzzleEmbedding | undefined;
  readonly #seqLen: number;
  readonly #hiddenSize: number;
  readonly #candidates: Candidates | undefined;
  readonly #tokenEmbedding: TokenEmbedding;
  readonly #positionEmbedding: PositionEmbedding | undefined;

  constructor(
    { vocabSize, seqLen, hiddenSize, positions, puzzleEmbedding, candidates }: InputNetworkOptions,
    random: RandomStream,
  ) {
    this.#seqLen = seqLen;
    this.#hiddenSize = hiddenSize;
    this.#candidates = candidates;
    this.#tokenEmbedding = new TokenEmbedding({
      vocabSize: candidates ? CANDIDATE_KINDS : vocabSize,
      hiddenSize,
      random,
    });
    this.puzzleEmbedding = puzzleEmbedding && new PuzzleEmbedding({ ...puzzleEmbedding, hiddenSize });
    this.prefixLen = this.puzzleEmbedding?.positions ?? 0;
    this.positions = this.prefixLen + seqLen * (candidates?.count ?? 1);
    expectSizes('RecursiveReasoner', { 'the number of positions': this.positions }, 1, MOST_POSITIONS);
    if (positions === 'learned') {
      this.#positionEmbedding = new PositionEmbedding({ seqLen: this.positions, hiddenSize, random });
    }
    this.parameters = {
      tokenEmbedding: this.#tokenEmbedding,
      ...(this.#positionEmbedding && { positionEmbedding: this.#positionEmbedding as Layer }),
      ...(this.puzzleEmbedding && { puzzleEmbedding: this.puzzleEmbedding as Layer }),
    };
  }

  /**
   * @param inputs tokens, `[batch, seqLen]`
   * @param puzzleRows rows of the puzzle embedding, `[batch, size]`; undefined without one.
   * @returns `[batch, positions, hiddenSize]`
   */
  embed({ inputs }: Pick<PuzzleTensors, 'inputs'>, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D {
    const expected = ['batch', this.#seqLen];
    expectShape('RecursiveReasoner', inputs, expected, 'the puzzles must have as many tokens as the model');
    return tf.tidy(() => {
      const tokens = this.#tokenEmbedding.apply(this.#candidates ? candidateKinds(inputs, this.#candidates) : inputs);
      const prefixed =
        this.puzzleEmbedding && puzzleRows ? tf.concat([this.puzzleEmbedding.apply(puzzleRows), tokens], 1) : tokens;
      const placed = this.#positionEmbedding ? this.#positionEmbedding.apply(prefixed) : prefixed;
      return tf.mul(Math.sqrt(this.#hiddenSize), placed);
    });
  }
}
