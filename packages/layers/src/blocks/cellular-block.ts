import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { expectChoice } from '../checks/expect-choice';
import { expectOptions } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import { swigluGate } from '../feed-forward/swiglu';
import { withNeighbours } from '../grids/neighbour-messages';
import type { Grid } from '../grids/relation';
import { Linear } from '../linear';
import { makeNorm, type Norm, type NormOptions } from '../norms/norm';
import { splitInHalf } from '../split-tensor';
import { expectBlockContext, type Block, type BlockContext, type BlockFactory } from './block';

/** Options of {@link cellularBlock}. */
export interface CellularBlockOptions extends NormOptions {
  /** The puzzle's grid, read row by row. A config may leave it out; it is then that of the task. */
  grid: Pick<Grid, 'rows' | 'columns'>;
  /** Numbers that a cell shows its neighbours. Default: a quarter of the hidden size, rounded up. */
  messageSize?: number;
  /** Inner width of the gated layer. Default: one and a half times the hidden size, rounded up. */
  innerSize?: number;
  /**
   * How a cell sees the puzzle. `added`: added to the state of the cell, so that it fades unless the cell renews it.
   * `apart`: as a further input, so that a cell with a closed gate keeps its state exactly; this takes `2 innerSize` more
   * weights for each hidden number. Default `added`.
   */
  input?: 'added' | 'apart';
}

/** Gates begin almost closed, so that cells keep what they hold. */
const INITIAL_GATE = -1;

/** `x + sigmoid(gate) * (value - x)`; the last axis of `valueGate` holds value, then gate. */
const mixed = customGradient(
  (x: tf.Tensor3D, valueGate: tf.Tensor3D) => {
    const [value, gate] = splitInHalf(valueGate);
    const share = tf.sigmoid(tf.add(gate, INITIAL_GATE));
    const change = tf.sub(value, x);
    return { value: tf.add<tf.Tensor3D>(x, tf.mul(share, change)), saved: [share, change] };
  },
  (dy, [share, change]) => {
    const open = tf.mul(dy, share);
    // d sigmoid(g) = sigmoid(g) (1 - sigmoid(g))
    const ofGate = tf.mul(tf.mul(open, change), tf.sub(1, share));
    return [tf.sub<tf.Tensor3D>(dy, open), tf.concat([open, ofGate], -1)];
  },
);

/** The block that {@link cellularBlock} makes. */
class CellularBlock implements Block {
  readonly parameters: { messages: Linear; gateUp: Linear; down: Linear; norm: Norm };
  readonly #grid: Pick<Grid, 'rows' | 'columns'>;
  readonly #hiddenSize: number;
  readonly #apart: boolean;

  constructor(options: CellularBlockOptions, context: BlockContext) {
    expectBlockContext('cellularBlock', context);
    const { hiddenSize, seqLen, random } = context;
    const { grid, messageSize = Math.ceil(hiddenSize / 4), innerSize = Math.ceil(1.5 * hiddenSize), input = 'added' } = options; // prettier-ignore
    const { rows, columns } = grid;
    expectSizes('cellularBlock', { rows, columns, messageSize, innerSize });
    if (rows * columns !== seqLen) {
      throw new RangeError(
        `cellularBlock: a grid of ${rows} rows and ${columns} columns has ${rows * columns} cells, but the model has ` +
          `${seqLen} positions; a puzzle embedding has no place in the grid`,
      );
    }
    this.#grid = { rows, columns };
    this.#hiddenSize = hiddenSize;
    this.#apart = input === 'apart';
    const inputSize = (this.#apart ? 2 : 1) * hiddenSize + 4 * messageSize;
    this.parameters = {
      messages: new Linear({ inputSize: hiddenSize, outputSize: messageSize, random }),
      gateUp: new Linear({ inputSize, outputSize: 2 * innerSize, bias: true, random }),
      down: new Linear({ inputSize: innerSize, outputSize: 2 * hiddenSize, bias: true, random }),
      norm: makeNorm(options, hiddenSize),
    };
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => this.#step(hidden, this.#apart ? tf.zerosLike(hidden) : undefined));
  }

  inject(latent: tf.Tensor3D, injection: tf.Tensor3D): tf.Tensor3D {
    return this.#apart
      ? this.#step(latent, injection)
      : tf.tidy(() => this.#step(tf.add(latent, injection), undefined));
  }

  /** One application to the states of the cells; `puzzle` is their further input. */
  #step(held: tf.Tensor3D, puzzle: tf.Tensor3D | undefined): tf.Tensor3D {
    expectShape('cellularBlock', held, ['batch', 'seq', this.#hiddenSize]);
    const { messages, gateUp, down, norm } = this.parameters;
    return tf.tidy(() => {
      const own = puzzle ? tf.concat([held, puzzle], 2) : held;
      const seen = withNeighbours(own, messages.apply(held), this.#grid);
      return norm.apply(mixed(held, down.apply(swigluGate(gateUp.apply(seen)) as tf.Tensor3D)));
    });
  }
}

/**
 * Makes blocks for grids in which each cell sees only itself and messages of its four neighbours, and replaces a part of
 * what it holds: `norm(x + sigmoid(g) * (v - x))`, where `v` and `g` come from one gated layer. A cell can keep a fact for
 * any number of applications, so that waves can run through a grid of any size. No parameter depends on the grid: weights
 * that were trained on small puzzles also fit large ones. Give the model `positions: 'none'`.
 *
 * In a config: `{ "type": "cellular" }`.
 *
 * Source: Kaiser and Sutskever 2016, "Neural GPUs Learn Algorithms" (arXiv 1511.08228), for gated units on a grid;
 * Mordvintsev et al. 2020, "Growing Neural Cellular Automata".
 *
 * @throws RangeError for unknown options, or for a grid that is missing or does not fit the puzzle.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { cellularBlock, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 12, random: new RandomStream(0) };
 * const block = cellularBlock({ grid: { rows: 3, columns: 4 } })(context);
 * console.log(block.apply(tf.ones([2, 12, 16])).shape); // [2, 12, 16]
 * ```
 */
export function cellularBlock(options: CellularBlockOptions): BlockFactory {
  expectOptions('cellularBlock', options, ['grid', 'messageSize', 'innerSize', 'input', 'learnedGain', 'normEpsilon']);
  expectChoice('cellularBlock', { input: options.input ?? 'added' }, ['added', 'apart']);
  if (typeof options.grid !== 'object' || options.grid === null) {
    throw new RangeError('cellularBlock: grid is missing, expected its size, such as { rows: 9, columns: 9 }');
  }
  return (context) => new CellularBlock(options, context);
}
