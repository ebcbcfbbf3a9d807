import * as tf from '@tensorflow/tfjs-core';
import { qLearningHalting } from '@hrm/act';
import { attentionBlock, countParameters, mixerBlock, namedParameters } from '@hrm/layers';
import { hrm, trm, type HrmOptions, type RecursiveReasoner } from '@hrm/models';
import { oneStepGradient } from '@hrm/recursion';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const tiny = { vocabSize: 5, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 } satisfies HrmOptions;
const puzzle = (model: RecursiveReasoner, batch = 2) => ({
  inputs: tf.tensor2d(
    Array.from({ length: batch * model.seqLen }, (_, i) => i % model.vocabSize),
    [batch, model.seqLen],
    'int32',
  ),
  labels: tf.zeros<tf.Rank.R2>([batch, model.seqLen], 'int32'),
  puzzleIdentifiers: tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % 2),
    'int32',
  ),
});
/** The first numbers of each parameter. */
const values = (model: RecursiveReasoner) =>
  [...namedParameters(model)].map(([name, parameter]) => [name, [...parameter.dataSync().slice(0, 20)]]);

describe('hrm', () => {
  it('has the 27 million parameters of the paper, by default', () => {
    const sizes = { vocabSize: 11, seqLen: 81, hiddenSize: 512, puzzleEmbedding: { puzzles: 1, size: 512 } };
    // From the shapes of the official state dict at this size.
    const block = 3 * 512 * 512 + 512 * 512 + 2 * 1536 * 512 + 512 * 1536;
    const embeddings = 11 * 512 + 1 * 512;
    const heads = 11 * 512 + (2 * 512 + 2);
    const initialLatents = 2 * 512;
    expect(8 * block + embeddings + heads + initialLatents).toBe(27_276_802);

    // All eight blocks are the same, so two are enough.
    const model = hrm({ ...sizes, hLayers: 1, lLayers: 1 });
    expect(countParameters(model)).toBe(2 * block + embeddings + heads + initialLatents);
    expect(namedParameters(model).get('highLevel.blocks.0.attention.queryKeyValue.weight')!.shape).toEqual([512, 1536]);
    model.dispose();

    const byDefault = hrm({ vocabSize: 11, seqLen: 81, hiddenSize: 8 });
    const blocks = [...namedParameters(byDefault).keys()].flatMap((name) => /^\w+Level\.blocks\.\d/.exec(name) ?? []);
    expect(new Set(blocks).size).toBe(8);
    expect([byDefault.schedule.name, byDefault.halting.name, byDefault.halting.maxSegments]).toEqual([
      'one-step-gradient',
      'q-learning',
      16,
    ]);
    byDefault.dispose();
  });

  it('has two separate levels', () => {
    const model = hrm({ ...tiny, hLayers: 2, lLayers: 1 });
    const names = [...namedParameters(model).keys()];
    expect(names.filter((name) => name.startsWith('highLevel.')).length).toBe(8);
    expect(names.filter((name) => name.startsWith('lowLevel.')).length).toBe(4);
    expect(model.core.parameters.lowLevel).not.toBe(model.core.parameters.highLevel);
    model.dispose();
  });

  it('allows another part for each default', () => {
    const model = hrm({
      ...tiny,
      block: mixerBlock(),
      schedule: oneStepGradient({ hCycles: 1, lCycles: 3 }),
      halting: qLearningHalting({ maxSegments: 3 }),
      positions: 'none',
    });
    expect(namedParameters(model).has('lowLevel.blocks.0.positionMixer.down.weight')).toBe(true);
    expect(model.halting.maxSegments).toBe(3);
    model.dispose();
  });
});

describe('trm', () => {
  const options = { vocabSize: 5, seqLen: 4, hiddenSize: 8 };

  it('has one network as both levels', () => {
    const model = trm(options);
    expect(model.core.parameters.lowLevel).toBe(model.core.parameters.highLevel);
    const names = [...namedParameters(model).keys()];
    expect(names.filter((name) => name.startsWith('highLevel'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('lowLevel')).length).toBe(2 * 4);
    expect([model.schedule.name, model.halting.name]).toEqual(['full-recursion', 'halt-only']);
    const two = hrm({ ...options, hLayers: 2, lLayers: 2 });
    const level = [...namedParameters(two)].filter(([name]) => name.startsWith('highLevel'));
    expect(countParameters(two) - countParameters(model)).toBe(level.reduce((sum, [, { size }]) => sum + size, 0));
    for (const made of [model, two]) made.dispose();
  });

  it('computes the same with either level, and changes both with one weight', () => {
    const model = trm({ ...options, layers: 1 });
    tf.tidy(() => {
      const [z, x] = [tf.ones<tf.Rank.R3>([1, 4, 8]), tf.zeros<tf.Rank.R3>([1, 4, 8])];
      const byLow = () => [...model.core.fL({ zH: x, zL: z }, x).zL.dataSync()];
      const byHigh = () => [...model.core.fH({ zH: z, zL: x }).zH.dataSync()];
      const before = byLow();
      expect(byHigh()).toEqual(before);
      const weight = namedParameters(model).get('lowLevel.blocks.0.attention.output.weight')!;
      weight.assign(tf.ones(weight.shape));
      expect(byHigh()).not.toEqual(before);
      expect(byHigh()).toEqual(byLow());
    });
    model.dispose();
  });
});

describe('RecursiveReasoner', () => {
  it.each([
    ['HRM', () => hrm({ ...tiny, puzzleEmbedding: { puzzles: 3, size: 12 } })],
    ['HRM with learned positions', () => hrm({ ...tiny, positions: 'learned' })],
    ['HRM with heads of two widths', () => hrm({ ...tiny, block: attentionBlock({ heads: 2 }) })],
    ['TRM', () => trm({ vocabSize: 5, seqLen: 4, hiddenSize: 8 })],
    [
      'TRM with the mixer',
      () => trm({ vocabSize: 5, seqLen: 4, hiddenSize: 8, block: mixerBlock(), positions: 'none' }),
    ],
  ])('%s: dispose frees every tensor', (_, make) => {
    const before = tf.memory().numTensors;
    const model = make();
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    tf.tidy(() => {
      const batch = puzzle(model);
      const x = model.embed(batch, model.puzzleRows(batch));
      const { latents } = model.refine({ zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
      expect(model.readOut(latents.zH).shape).toEqual([2, 4, 5]);
    });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the same initial parameters only from the same seed, also seed 0', () => {
    const [a, b, c] = [hrm({ ...tiny, seed: 0 }), hrm(tiny), hrm({ ...tiny, seed: 1 })];
    expect(values(a)).toEqual(values(b));
    expect(values(a)).not.toEqual(values(c));
    for (const made of [a, b, c]) made.dispose();
  });

  it('multiplies embeddings by sqrt(hidden), after positions are added', () => {
    const [plain, learned] = [hrm({ ...tiny, positions: 'none' }), hrm({ ...tiny, positions: 'learned' })];
    for (const model of [plain, learned]) {
      const tokens = namedParameters(model).get('tokenEmbedding.weight')!.arraySync() as number[][];
      const positions = namedParameters(model).get('positionEmbedding.weight')?.arraySync() as number[][] | undefined;
      tf.tidy(() => {
        const embedded = model.embed(puzzle(model, 1), undefined).arraySync()[0]!;
        embedded.forEach((row, position) =>
          row.forEach((value, i) => {
            const token = tokens[position]![i]!;
            const placed = positions ? (token + positions[position]![i]!) / Math.SQRT2 : token;
            expect(value).toBeCloseTo(Math.sqrt(8) * placed, 5);
          }),
        );
      });
    }
    for (const made of [plain, learned]) made.dispose();
  });

  it('puts the puzzle embedding before the tokens, and reads out only the tokens', () => {
    const model = hrm({ ...tiny, puzzleEmbedding: { puzzles: 2, size: 12 } });
    expect(model.prefixLen).toBe(2);
    tf.tidy(() => {
      const table = namedParameters(model).get('puzzleEmbedding.weight')!;
      table.assign(
        tf.tensor2d(
          Array.from({ length: 24 }, (_, i) => i),
          [2, 12],
        ),
      );
      const batch = puzzle(model);
      const embedded = model.embed(batch, model.puzzleRows(batch));
      expect(embedded.shape).toEqual([2, 6, 8]);
      const prefix = tf.reshape(tf.slice(embedded, [0, 0, 0], [2, 2, 8]), [2, 16]).arraySync() as number[][];
      prefix.forEach((row, slot) =>
        row.forEach((value, i) => expect(value).toBeCloseTo(i < 12 ? Math.sqrt(8) * (slot * 12 + i) : 0, 4)),
      );
      const zH = tf.concat([tf.ones([1, 2, 8]), tf.zeros([1, 4, 8])], 1) as tf.Tensor3D;
      expect(new Set(model.readOut(zH).dataSync())).toEqual(new Set([0]));
    });
    model.dispose();
  });

  it('starts latents from two different vectors that are not trained', () => {
    const model = hrm({ ...tiny, hiddenSize: 64 });
    const { zH, zL } = model.initialLatents();
    expect([zH.shape, zL.shape]).toEqual([[64], [64]]);
    expect([...zH.dataSync()]).not.toEqual([...zL.dataSync()]);
    for (const name of ['initialLatents.zH', 'initialLatents.zL']) {
      expect(namedParameters(model).get(name)!.trainable).toBe(false);
    }
    model.dispose();
  });

  it.each<[Partial<HrmOptions>, string]>([
    [{ vocabSize: 0 }, 'vocabSize is 0, expected a whole number of at least 1'],
    [{ seqLen: 2.5 }, 'seqLen is 2.5'],
    [{ hiddenSize: -8 }, 'hiddenSize is -8'],
    [{ positions: 'rop' as never }, `positions is "rop", expected 'rope', 'learned', 'none' or { type: 'grid-rope',`],
    [{ positions: { type: 'grid' } as never }, 'positions is {"type":"grid"}, expected'],
    [
      { positions: { type: 'grid-rope', rows: 2 } as never },
      'positions: columns is undefined, expected a whole number',
    ],
    [
      { positions: { type: 'grid-rope', rows: 2, columns: 3 } },
      '2 rows and 3 columns has 6 cells, but puzzles have 4 tokens',
    ],
    [
      { positions: { type: 'grid-rope', rows: 2, columns: 2 }, hiddenSize: 10 },
      'headSize is 10, expected a multiple of 4',
    ],
    [{ hLayers: 0 }, 'layers is 0, expected a whole number from 1 to 1000'],
    [{ puzzleEmbedding: { puzzles: 1, size: 20, positions: 2 } }, 'give at least 3 positions'],
  ])('refuses %j', (wrong, message) => {
    expect(() => hrm({ ...tiny, ...wrong })).toThrow(message);
  });

  it('refuses puzzles of another length, naming both lengths', () => {
    const model = hrm(tiny);
    const before = tf.memory().numTensors;
    expect(() =>
      tf.tidy(() => model.embed({ ...puzzle(model), inputs: tf.zeros([2, 5], 'int32') }, undefined)),
    ).toThrow(
      'RecursiveReasoner: got a tensor of shape [2, 5], expected [batch, 4]; the puzzles must have as many tokens',
    );
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
