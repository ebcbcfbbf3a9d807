import * as tf from '@tensorflow/tfjs-core';
import { Attention } from '../attention/attention';
import { expectOptions } from '../checks/expect-options';
import { FEED_FORWARD_OPTIONS, type FeedForwardOptions } from '../feed-forward/feed-forward';
import { gridRelation, type Grid, type GridRelation, type Relation } from '../grids/relation';
import { expectBlockContext, type BlockContext, type BlockFactory } from './block';
import { RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';
import { TransformerBlock } from './transformer-block';

/** Options of {@link graphAttentionBlock}. */
export interface GraphAttentionBlockOptions extends ResidualOptions, FeedForwardOptions {
  /**
   * The relation that each head attends along: one of your own, or the name of a relation of the `grid`. A relation may
   * appear several times.
   */
  relations: readonly (Relation | GridRelation)[];
  /** The grid of the relations given by name. */
  grid?: Grid;
  /** Width of a head. Default: the largest power of two with which all heads fit into the hidden size. */
  headSize?: number;
}

/** So far below every score that the softmax gives exactly 0. */
const BLOCKED = -1e9;

/** The relations, with names replaced by the grid's relations. */
function resolveRelations({ relations, grid }: GraphAttentionBlockOptions): readonly Relation[] {
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
 * The bias that keeps each head to its relation, `[heads, seq, seq]`: 0 where a position may attend to another.
 * Positions in front of the puzzle, such as its embedding, attend to all positions, and all attend to them.
 */
function relationBias(relations: readonly Relation[], seqLen: number): tf.Tensor3D {
  const cells = relations[0]!.length;
  const prefixLen = seqLen - cells;
  if (relations.some((relation) => relation.length !== cells)) {
    throw new RangeError(
      `graphAttentionBlock: the relations have ${relations.map(({ length }) => length).join(', ')} cells, expected the same number`,
    );
  }
  if (prefixLen < 0) {
    throw new RangeError(`graphAttentionBlock: the relations join ${cells} cells, but the puzzle has only ${seqLen}`);
  }
  const bias = tf.buffer<tf.Rank.R3>([relations.length, seqLen, seqLen]);
  bias.values.fill(BLOCKED);
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

/** The largest power of two with which all heads fit into the hidden size. */
function fittingHeadSize(hiddenSize: number, heads: number): number {
  if (heads > hiddenSize) {
    throw new RangeError(`graphAttentionBlock: ${heads} relations do not fit into a hidden size of ${hiddenSize}`);
  }
  return 2 ** Math.floor(Math.log2(hiddenSize / heads));
}

/** Attention along relations. */
function makeAttention(options: GraphAttentionBlockOptions, context: BlockContext): Attention {
  expectBlockContext('graphAttentionBlock', context);
  const { hiddenSize, seqLen, rotary, random } = context;
  const relations = resolveRelations(options);
  const heads = relations.length;
  const { headSize = fittingHeadSize(hiddenSize, heads) } = options;
  const table = rotary?.(headSize);
  const bias = relationBias(relations, seqLen);
  try {
    return new Attention({ hiddenSize, heads, headSize, rotary: table, bias, random });
  } catch (error) {
    bias.dispose();
    throw error;
  }
}

/**
 * Makes blocks whose attention heads each follow one relation between the puzzle's cells, such as "in the same row".
 * The rest is HRM's block. On Sudoku and similar puzzles small models learn many times faster, because they need not
 * find out which cells matter.
 *
 * In a config: `{ "type": "graph-attention", "relations": ["row", "column", "box"], "grid": { "rows": 9, "columns": 9,
 * "boxRows": 3, "boxColumns": 3 } }`.
 *
 * Source: the graph of Palm et al. 2018, "Recurrent Relational Networks"; the block of the official HRM.
 *
 * @throws RangeError for unknown options, relations that do not fit the puzzle, or a wrong grid.
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
  return (context) =>
    new TransformerBlock('graphAttentionBlock', 'attention', makeAttention(options, context), options, context);
}
