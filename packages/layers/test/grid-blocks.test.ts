import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  cellularBlock,
  convBlock,
  disposeParameters,
  graphAttentionBlock,
  GridConvolution,
  gridRelation,
  namedParameters,
  RandomStream,
  registerGradients,
  rmsNorm,
  type BlockContext,
} from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

const random = () => new RandomStream(5);
const normal = (shape: number[], stream = random()) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => stream.normal()),
    shape,
  );
const context = (seqLen: number, hiddenSize = 12): BlockContext => ({
  hiddenSize,
  seqLen,
  random: random(),
});
const sudoku = { rows: 4, columns: 4, boxRows: 2, boxColumns: 2 };

/** The positions of the output that change with one position of the input. */
function reach(apply: (x: tf.Tensor3D) => tf.Tensor3D, seqLen: number, moved: number): number[] {
  return tf.tidy(() => {
    const x = normal([1, seqLen, 12]) as tf.Tensor3D;
    const other = tf.add(x, tf.reshape(tf.oneHot(tf.scalar(moved, 'int32'), seqLen), [1, seqLen, 1])) as tf.Tensor3D;
    const change = tf.max(tf.abs(tf.sub(apply(x), apply(other))), -1).dataSync();
    return [...change].flatMap((size, position) => (size > 1e-6 ? [position] : []));
  });
}

describe('gridRelation', () => {
  it('joins the cells of a row, a column, a box and a neighbourhood', () => {
    expect(gridRelation('row', sudoku)[6]).toEqual([4, 5, 6, 7]);
    expect(gridRelation('column', sudoku)[6]).toEqual([2, 6, 10, 14]);
    expect(gridRelation('box', sudoku)[6]).toEqual([2, 3, 6, 7]);
    expect(gridRelation('neighbours', sudoku)[4]).toEqual([0, 1, 4, 5, 8, 9]);
    expect(gridRelation('box', { rows: 6, columns: 6, boxRows: 2, boxColumns: 3 })[0]).toEqual([0, 1, 2, 6, 7, 8]);
  });

  it('refuses what is no grid', () => {
    expect(() => gridRelation('row', { rows: 0, columns: 3 })).toThrow('rows is 0');
    expect(() => gridRelation('box', { rows: 4, columns: 4 })).toThrow('boxRows is 0');
    expect(() => gridRelation('box', { ...sudoku, boxRows: 3 })).toThrow('cannot be divided into boxes of 3 x 2');
    expect(() => gridRelation('diagonal' as 'row', sudoku)).toThrow('there is no relation "diagonal"');
  });
});

describe('graphAttentionBlock', () => {
  it('lets a cell affect only the cells it is joined to', () => {
    const block = graphAttentionBlock({ relations: ['row', 'box'], grid: sudoku })(context(16));
    expect(reach((x) => block.apply(x), 16, 6)).toEqual([2, 3, 4, 5, 6, 7]);
    disposeParameters(block);
  });

  it('joins positions in front of the puzzle to all', () => {
    const block = graphAttentionBlock({ relations: ['column'], grid: sudoku })(context(17));
    expect(reach((x) => block.apply(x), 17, 0)).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(reach((x) => block.apply(x), 17, 1)).toEqual([0, 1, 5, 9, 13]);
    disposeParameters(block);
  });

  it('takes custom relations', () => {
    const ring = Array.from({ length: 6 }, (_, i) => [(i + 5) % 6, (i + 1) % 6]);
    const block = graphAttentionBlock({ relations: [ring] })(context(6));
    expect(reach((x) => block.apply(x), 6, 0)).toEqual([0, 1, 5]);
    disposeParameters(block);
  });

  it('does not save its mask, but frees it', () => {
    const before = tf.memory().numTensors;
    const block = graphAttentionBlock({ relations: ['row'], grid: sudoku })(context(16));
    expect([...namedParameters(block).keys()].filter((name) => /bias|mask/.test(name))).toEqual([]);
    disposeParameters(block);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses relations that do not fit, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const make = (options: Parameters<typeof graphAttentionBlock>[0], seqLen = 16) =>
      graphAttentionBlock(options)(context(seqLen));
    expect(() => make({ relations: [] })).toThrow('relations is missing or empty');
    expect(() => make({ relations: ['row'] })).toThrow('the relation "row" needs a grid');
    expect(() => make({ relations: ['row'], grid: sudoku }, 9)).toThrow('join 16 cells, but the puzzle has only 9');
    expect(() => make({ relations: [[[0], [2]]] }, 2)).toThrow('cell 1 is joined to 2, expected one of 0 to 1');
    expect(() => make({ relations: [[[0]], [[0], [1]]] }, 2)).toThrow('have 1, 2 cells, expected the same number');
    expect(() => make({ relations: ['row'], grid: sudoku, headSize: 1.5 })).toThrow('headSize is 1.5');
    expect(() => make({ relations: ['row'], grid: sudoku, depth: 1 } as never)).toThrow('there is no option "depth"');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('Attention with a bias', () => {
  it('shares the bias between the heads of a group', () => {
    tf.tidy(() => {
      const closed = tf.keep(tf.tensor3d([0, -1e9, -1e9, 0], [1, 2, 2]));
      const attention = new Attention({ hiddenSize: 12, heads: 4, keyValueHeads: 2, bias: closed, random: random() });
      expect(reach((x) => attention.apply(x), 2, 0)).toEqual([0]);
      disposeParameters(attention);
    });
  });

  it('refuses a bias of other sizes', () => {
    tf.tidy(() => {
      const make = (shape: [number, number, number]) =>
        new Attention({ hiddenSize: 12, heads: 4, bias: tf.zeros(shape), random: random() });
      expect(() => make([2, 3, 3])).toThrow('the bias is for 2 heads, expected 4, or 1 for all');
      expect(() => make([4, 3, 3]).apply(tf.zeros([1, 5, 12]))).toThrow(
        'Attention, bias: got a tensor of shape [4, 3, 3]',
      );
    });
  });
});

describe('GridConvolution', () => {
  it('is the convolution of TensorFlow.js', () => {
    tf.tidy(() => {
      const layer = new GridConvolution({ hiddenSize: 3, grid: { rows: 4, columns: 5 }, random: random() });
      const x = normal([2, 20, 3]) as tf.Tensor3D;
      const kernel = tf.reshape(layer.parameters.kernel.parameters.weight, [3, 3, 3, 3]) as tf.Tensor4D;
      const expected = tf.conv2d(tf.reshape(x, [2, 4, 5, 3]) as tf.Tensor4D, kernel, 1, 'same');
      const difference = tf.max(tf.abs(tf.sub(layer.apply(x), tf.reshape(expected, [2, 20, 3])))).dataSync()[0]!;
      expect(difference).toBeLessThan(1e-5);
    });
  });

  it('lets a cell affect only its neighbours and the prefix', () => {
    const block = convBlock({ grid: { rows: 4, columns: 4 } })(context(17));
    expect(reach((x) => block.apply(x), 17, 1)).toEqual([0, 1, 2, 5, 6]);
    disposeParameters(block);
  });

  it('refuses what is no grid', () => {
    expect(() => convBlock({} as never)).toThrow('convBlock: grid is missing');
    expect(() => convBlock({ grid: { rows: 4, columns: 5 } })(context(16))).toThrow('does not fit into 16 positions');
    expect(() => convBlock({ grid: { rows: 4, columns: 4 }, kernelSize: 2 })(context(16))).toThrow(
      'expected an odd number',
    );
  });
});

describe('cellularBlock', () => {
  const grid = { rows: 3, columns: 4 };

  it('lets a cell affect only itself and its four neighbours', () => {
    const block = cellularBlock({ grid })(context(12));
    expect(reach((x) => block.apply(x), 12, 5)).toEqual([1, 4, 5, 6, 9]);
    // A row ends at the border.
    expect(reach((x) => block.apply(x), 12, 4)).toEqual([0, 4, 5, 8]);
    expect(reach((x) => block.apply(x), 12, 3)).toEqual([2, 3, 7]);
    disposeParameters(block);
  });

  it('computes the mix of what a cell holds and a new value, as written out for one cell', () => {
    tf.tidy(() => {
      const block = cellularBlock({ grid, messageSize: 3, innerSize: 5 })(context(12));
      const named = Object.fromEntries(
        [...namedParameters(block)].map(([name, value]) => [name, value.arraySync() as number[][]]),
      );
      const product = (x: readonly number[], weight: number[][]) =>
        weight[0]!.map((_, j) => x.reduce((sum, value, i) => sum + value * weight[i]![j]!, 0));
      const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));
      const x = normal([1, 12, 12]) as tf.Tensor3D;
      const cells = x.arraySync()[0]!;
      // Down, left, right and up of cell 5.
      const seen = [cells[5]!, ...[9, 4, 6, 1].map((cell) => product(cells[cell]!, named['messages.weight']!))].flat();
      const gateUp = product(seen, named['gateUp.weight']!);
      const inner = gateUp.slice(0, 5).map((gate, i) => gate * sigmoid(gate) * gateUp[5 + i]!);
      const valueGate = product(inner, named['down.weight']!);
      const mixed = cells[5]!.map((old, i) => old + sigmoid(valueGate[12 + i]! - 1) * (valueGate[i]! - old));
      const size = Math.sqrt(mixed.reduce((sum, value) => sum + value ** 2, 0) / 12 + 1e-5);
      const got = block.apply(x).arraySync()[0]![5]!;
      got.forEach((value, i) => expect(value).toBeCloseTo(mixed[i]! / size, 4));
      disposeParameters(block);
    });
  });

  it('adds what is injected to what the cells hold', () => {
    tf.tidy(() => {
      const block = cellularBlock({ grid })(context(12));
      const [held, puzzle] = [normal([1, 12, 12]), normal([1, 12, 12], new RandomStream(6))] as [tf.Tensor3D, tf.Tensor3D]; // prettier-ignore
      expect(block.inject!(held, puzzle).arraySync()).toEqual(block.apply(tf.add(held, puzzle)).arraySync());
      disposeParameters(block);
    });
  });

  it.each(['added', 'apart'] as const)('leaks no tensor of what is injected: %s', (input) => {
    tf.tidy(() => {
      const block = cellularBlock({ grid, input })(context(12));
      const [held, puzzle] = [normal([1, 12, 12]), normal([1, 12, 12], new RandomStream(6))] as [tf.Tensor3D, tf.Tensor3D]; // prettier-ignore
      const before = tf.memory().numTensors;
      block.inject!(held, puzzle);
      expect(tf.memory().numTensors).toBe(before + 1);
      disposeParameters(block);
    });
  });

  it('sees the puzzle apart, and keeps what it holds while its gate is closed', () => {
    tf.tidy(() => {
      const block = cellularBlock({ grid, input: 'apart' })(context(12));
      const held = rmsNorm(normal([1, 12, 12])) as tf.Tensor3D;
      const puzzle = normal([1, 12, 12], new RandomStream(6)) as tf.Tensor3D;
      const change = (other: tf.Tensor3D) =>
        tf.max(tf.abs(tf.sub(block.inject!(held, other), block.inject!(held, puzzle)))).dataSync()[0]!;
      // The puzzle of cell 5 reaches that cell alone: messages are of what cells hold.
      expect(reach((x) => block.inject!(held, x), 12, 5)).toEqual([5]);
      expect(reach((x) => block.inject!(x, puzzle), 12, 5)).toEqual([1, 4, 5, 6, 9]);
      expect(change(tf.mul(2, puzzle))).toBeGreaterThan(0.01);
      const bias = new Map(namedParameters(block)).get('down.bias') as tf.Variable<tf.Rank.R1>;
      bias.assign(tf.concat([tf.zeros([12]), tf.fill([12], -100)]) as tf.Tensor1D);
      tf.sub(block.inject!(held, puzzle), held)
        .dataSync()
        .forEach((moved) => expect(moved).toBeCloseTo(0, 4));
      disposeParameters(block);
    });
  });

  it('refuses what is no grid of the puzzle', () => {
    expect(() => cellularBlock({} as never)).toThrow('cellularBlock: grid is missing');
    expect(() => cellularBlock({ grid })(context(13))).toThrow('has 12 cells, but the model has 13 positions');
    expect(() => cellularBlock({ grid, input: 'beside' as 'apart' })).toThrow('input is the string "beside", expected');
    expect(() => cellularBlock({ grid, messageSize: 0 })(context(12))).toThrow('messageSize is 0');
  });
});

describe('registerGradients', () => {
  it('registers those of convolution and pooling', () => {
    registerGradients();
    const x = tf.variable(normal([1, 4, 4, 2]));
    const kernel = tf.variable(normal([3, 3, 2, 2]));
    const pooled = () =>
      tf.avgPool(
        tf.conv2d(x as tf.Tensor as tf.Tensor4D, kernel as tf.Tensor as tf.Tensor4D, 1, 'same'),
        2,
        2,
        'valid',
      );
    for (const { name, error } of checkGradients(pooled, { x, kernel })) expect(error, name).toBeLessThan(1e-3);
    x.dispose();
    kernel.dispose();
  });
});
