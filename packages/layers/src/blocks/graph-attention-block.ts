import * as tf from '@tensorflow/tfjs-core';
import { Attention } from '../attention/attention';
import { expectOptions } from '../checks/expect-options';
import { FEED_FORWARD_OPTIONS, type FeedForwardOptions } from '../feed-forward/feed-forward';
import { gridRelation, type Grid, type GridRelation, type Relation } from '../grids/relation';
import { AttentionBlock } from './attention-block';
import { expectBlockContext, type BlockContext, type BlockFactory } from './block';
import { RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';

/** Choices of {@link graphAttentionBlock}. */
export interface GraphAttentionBlockOptions extends ResidualOptions, FeedForwardOptions {
  /**
   * What the heads attend along, one head each: relations of your own, or those of the `grid` by name. A relation may be
   * named several times, for as many heads.
   */
  relations: readonly (Relation | GridRelation)[];
  /** The grid whose relations are given by name. */
  grid?: Grid;
  /** Width of a head. Default the largest power of two that lets all heads fit into the hidden size. */
  headSize?: number;
}

/** Far enough below every score that the softmax gives it exactly 0. */
const CLOSED = -1e9;

/** The relations, those of the grid looked up. */
function relationsOf({ relations, grid }: GraphAttentionBlockOptions): readonly Relation[] {
  if (!Array.isArray(relations) || relations.length === 0) {
    throw new RangeError(
      "graphAttentionBlock: relations is missing or empty, expected one for each head, such as ['row', 'column', 'box'] with a grid",
    );
  }
  return (relations as GraphAttentionBlockOptions['relations']).map((relation) => {
    if (typeof relation !== 'string') return relation;
    if (!grid) throw new RangeError(`graphAttentionBlock: the relation "${relation}" needs a grid: { rows, columns }`);
    return gridRelation(relation, grid);
  });
}

/**
 * What keeps each head to its relation, `[heads, seq, seq]`: 0 where a position may attend to another. Positions in front
 * of the puzzle, such as those of its embedding, attend to all and all to them.
 */
function biasOf(relations: readonly Relation[], seqLen: number): tf.Tensor3D {
  const cells = relations[0]!.length;
  const prefixLen = seqLen - cells;
  if (relations.some((relation) => relation.length !== cells)) {
    throw new RangeError(
      `graphAttentionBlock: the relations are of ${relations.map(({ length }) => length).join(', ')} cells, expected equally many`,
    );
  }
  if (prefixLen < 0) {
    throw new RangeError(`graphAttentionBlock: the relations join ${cells} cells, but the puzzle has only ${seqLen}`);
  }
  const bias = tf.buffer<tf.Rank.R3>([relations.length, seqLen, seqLen]);
  bias.values.fill(CLOSED);
  relations.forEach((relation, head) => {
    for (let position = 0; position < seqLen; position++) {
      bias.set(0, head, position, position);
      for (let front = 0; front < prefixLen; front++) {
        bias.set(0, head, position, front);
        bias.set(0, head, front, position);
      }
    }
    relation.forEach((others, cell) => {
      for (const other of others) {
        if (!Number.isInteger(other) || other < 0 || other >= cells) {
          throw new RangeError(
            `graphAttentionBlock: cell ${cell} is joined to ${other}, expected one of 0 to ${cells - 1}`,
          );
        }
        bias.set(0, head, prefixLen + cell, prefixLen + other);
      }
    });
  });
  return tf.keep(bias.toTensor());
}

/** The largest power of two by which all heads fit. */
function fittingHeadSize(hiddenSize: number, heads: number): number {
  if (heads > hiddenSize) {
    throw new RangeError(`graphAttentionBlock: ${heads} relations do not fit into a hidden size of ${hiddenSize}`);
  }
  return 2 ** Math.floor(Math.log2(hiddenSize / heads));
}

/** Attention along relations. */
function attentionOf(options: GraphAttentionBlockOptions, context: BlockContext): Attention {
  expectBlockContext('graphAttentionBlock', context);
  const { hiddenSize, seqLen, rotary, random } = context;
  const relations = relationsOf(options);
  const heads = relations.length;
  const { headSize = fittingHeadSize(hiddenSize, heads) } = options;
  const table = rotary?.(headSize);
  const bias = biasOf(relations, seqLen);
  try {
    return new Attention({ hiddenSize, heads, headSize, rotary: table, bias, random });
  } catch (error) {
    bias.dispose();
    throw error;
  }
}

/**
 * Makes blocks that know what belongs together: each attention head attends along one relation of the puzzle's cells, such
 * as those in its row, its column and its box, and to nothing else. The rest is HRM's block. On Sudoku and other
 * constraints small models learn many times faster so than when they must find out by themselves which cells matter.
 *
 * In a config: `{ "type": "graph-attention", "relations": ["row", "column", "box"], "grid": { "rows": 9, "columns": 9,
 * "boxRows": 3, "boxColumns": 3 } }`.
 *
 * Source: the graph of Palm et al. 2018, "Recurrent Relational Networks"; the block of the official HRM.
 *
 * @throws RangeError for options that are not known, relations that do not fit the puzzle, or a grid that is none.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { graphAttentionBlock, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 24, seqLen: 16, random: new RandomStream(0) };
 * const grid = { rows: 4, columns: 4, boxRows: 2, boxColumns: 2 };
 * const block = graphAttentionBlock({ relations: ['row', 'column', 'box'], grid })(context);
 * console.log(block.apply(tf.ones([2, 16, 24])).shape); // [2, 16, 24]
 * ```
 */
export function graphAttentionBlock(options: GraphAttentionBlockOptions): BlockFactory {
  expectOptions('graphAttentionBlock', options, [
    'relations',
    'grid',
    'headSize',
    ...FEED_FORWARD_OPTIONS,
    ...RESIDUAL_OPTIONS,
  ]);
  return (context) => new AttentionBlock(options, context, attentionOf(options, context));
}
