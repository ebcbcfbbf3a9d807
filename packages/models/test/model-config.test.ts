import * as act from '@hrm/act';
import { haltOnly } from '@hrm/act';
import * as layers from '@hrm/layers';
import { namedParameters, type BlockFactory } from '@hrm/layers';
import { buildModel, modelConfigFromOfficial, withParts, standardParts, type ModelConfig } from '@hrm/models';
import * as recursion from '@hrm/recursion';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

const config: ModelConfig = {
  family: 'hrm',
  vocabSize: 5,
  seqLen: 4,
  hiddenSize: 8,
  hLayers: 1,
  lLayers: 2,
  block: { type: 'attention', heads: 2 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 3 },
};

describe('buildModel', () => {
  it('makes the HRM that a config describes, also after JSON', () => {
    const model = buildModel(JSON.parse(JSON.stringify(config)) as ModelConfig);
    const blocks = new Set([...namedParameters(model).keys()].map((name) => /^\w+\.blocks\.\d/.exec(name)?.[0]));
    expect(blocks).toEqual(new Set([undefined, 'highLevel.blocks.0', 'lowLevel.blocks.0', 'lowLevel.blocks.1']));
    expect([model.vocabSize, model.seqLen, model.hiddenSize]).toEqual([5, 4, 8]);
    expect([model.schedule.name, model.halting.name, model.halting.maxSegments]).toEqual([
      'one-step-gradient',
      'q-learning',
      3,
    ]);
    model.dispose();
  });

  it('makes a TRM of lLayers blocks', () => {
    const model = buildModel({
      ...config,
      family: 'trm',
      schedule: { type: 'full-recursion', hCycles: 2, lCycles: 3 },
      halting: { type: 'halt-only' },
    });
    expect(model.core.parameters.lowLevel).toBe(model.core.parameters.highLevel);
    expect(namedParameters(model).has('lowLevel.blocks.1.feedForward.down.weight')).toBe(true);
    expect([model.schedule.name, model.halting.name]).toEqual(['full-recursion', 'halt-only']);
    model.dispose();
  });

  it('makes the same model from the same seed', () => {
    const first = (seed?: number) => {
      const model = buildModel(config, { seed });
      const values = [...namedParameters(model).get('outputHead.weight')!.dataSync()];
      model.dispose();
      return values;
    };
    expect(first(0)).toEqual(first());
    expect(first(1)).not.toEqual(first(0));
  });

  it('makes custom parts by name, and the standard parts', () => {
    const doNothing = (): BlockFactory => () => ({ parameters: {}, apply: (hidden) => hidden });
    const parts = withParts({
      blocks: { nothing: doNothing },
      halting: { mine: () => haltOnly({ maxSegments: 7 }) },
    });
    const model = buildModel({ ...config, block: { type: 'nothing' }, halting: { type: 'mine' } }, { parts });
    expect([...namedParameters(model).keys()].filter((name) => name.includes('blocks'))).toEqual([]);
    expect([model.halting.maxSegments, model.schedule.name]).toEqual([7, 'one-step-gradient']);
    model.dispose();
    expect(() => buildModel({ ...config, block: { type: 'nothing' } })).toThrow('there is no part called "nothing"');
  });

  it('makes parts with other parts inside, also custom ones', () => {
    const parts = withParts({ halting: { mine: () => haltOnly({ maxSegments: 7 }) } });
    const of = [{ type: 'mine' }, { type: 'all', of: [{ type: 'mine' }, { type: 'fixed-steps', segments: 7 }] }];
    const model = buildModel({ ...config, halting: { type: 'any', of } }, { parts });
    expect(model.halting.maxSegments).toBe(7);
    model.dispose();
    const wrong = { type: 'any', of: [{ type: 'mine' }] };
    expect(() => buildModel({ ...config, halting: wrong })).toThrow('halting: there is no part called "mine"');
  });

  const grid = { rows: 2, columns: 2 };
  const needs: { [type: string]: object } = {
    attention: { heads: 2 },
    'graph-attention': { relations: ['row', 'column'], grid },
    conv: { grid },
    cellular: { grid },
    pooling: { axes: [2, 2], pools: [[0], [1]] },
  };

  it.each(Object.keys(standardParts.blocks).filter((type) => type !== 'cellular'))(
    'makes block %s with each of its variants',
    (type) => {
      const block = {
        type,
        ...needs[type],
        norm: 'pre',
        learnedGain: true,
        feedForward: 'gelu',
        expansion: 2,
      };
      const model = buildModel({ ...config, block });
      const names = [...namedParameters(model).keys()];
      expect(names).toContain('lowLevel.blocks.0.feedForwardResidual.norm.gain');
      expect(names).toContain('lowLevel.blocks.0.feedForward.up.weight');
      model.dispose();
    },
  );

  it('makes block cellular, which has one gated layer and a norm', () => {
    const block = { type: 'cellular', grid, messageSize: 3, innerSize: 5, learnedGain: true };
    const model = buildModel({ ...config, block });
    const shapes = Object.fromEntries([...namedParameters(model)].map(([name, { shape }]) => [name, shape]));
    const width = config.hiddenSize;
    expect(shapes['lowLevel.blocks.0.gateUp.weight']).toEqual([width + 12, 10]);
    expect(shapes['lowLevel.blocks.0.down.weight']).toEqual([5, 2 * width]);
    expect(shapes['lowLevel.blocks.0.norm.gain']).toEqual([width]);
    model.dispose();
  });

  it('names a part after its factory, without the kind of part', () => {
    const spelled = (factory: string) =>
      factory.replace(/(Block|Halting)$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const known = Object.keys({ ...layers, ...recursion, ...act }).map(spelled);
    const types = Object.values(standardParts).flatMap((parts) => Object.keys(parts));
    expect(types.filter((type) => !known.includes(type))).toEqual([]);
  });

  const members = { of: [{ type: 'halt-only' }, { type: 'ponder' }] };
  it.each(Object.keys(standardParts.halting))('makes controller %s with that name', (type) => {
    const options = { 'fixed-steps': { segments: 2 }, any: members, all: { of: [{ type: 'halt-only' }] } };
    const own = type === 'at-least' ? { votes: 1, ...members } : options[type as keyof typeof options];
    const model = buildModel({ ...config, halting: { type, ...own } });
    expect(model.halting.name).toBe(type === 'at-least' ? 'at-least-1' : type);
    model.dispose();
  });

  it.each(Object.keys(standardParts.schedules))('makes schedule %s with that name', (type) => {
    const own: { [type: string]: object } = { equilibrium: {}, progressive: {}, recall: { applications: 2 } };
    const model = buildModel({ ...config, schedule: { type, ...(own[type] ?? { hCycles: 1, lCycles: 1 }) } });
    expect(model.schedule.name).toBe(type);
    model.dispose();
  });

  it('reads old names in configs', () => {
    for (const halting of [{ type: 'graves' }, { type: 'any', of: [{ type: 'graves' }] }]) {
      const model = buildModel({
        ...config,
        halting,
        schedule: { type: 'equilibrium', solver: 'damped', gradient: { type: 'implicit', solver: { type: 'damped' } } },
      });
      expect([...namedParameters(model).keys()].filter((name) => /halting.*head.bias/.test(name))).toHaveLength(1);
      expect(['graves-act', 'any']).toContain(model.halting.name);
      model.dispose();
    }
    const own = withParts({ halting: { graves: () => haltOnly({ maxSegments: 9 }) } });
    const model = buildModel({ ...config, halting: { type: 'graves' } }, { parts: own });
    expect(model.halting.maxSegments).toBe(9);
    model.dispose();
  });

  it('refuses a name that is taken', () => {
    expect(() => withParts({ blocks: { mixer: standardParts.blocks.mixer } })).toThrow(
      'withParts: there is a block called "mixer" already',
    );
  });

  it.each<[string, Partial<ModelConfig>, string]>([
    ['block', { block: { type: 'gru' } }, 'block: there is no part called "gru", expected one of attention, mixer'],
    [
      'schedule',
      { schedule: { type: 'two-step' } },
      'schedule: there is no part called "two-step", expected one of one-step-gradient',
    ],
    ['halting', { halting: { type: 'never' } }, 'halting: there is no part called "never", expected one of q-learning'],
    ['inherited name', { block: { type: 'toString' } }, 'there is no part called "toString"'],
    ['family', { family: 'gpt' as never }, 'the family is "gpt", expected hrm or trm'],
    [
      'block option',
      { block: { type: 'mixer', heads: 2 } },
      'mixerBlock: there is no option "heads", expected feedForward, ',
    ],
    ['block option', { block: { type: 'attention', heads: 2, head: 2 } }, 'attentionBlock: there is no option "head"'],
    [
      'schedule option',
      { schedule: { type: 'unrolled', hCycle: 2 } },
      'unrolled: there is no option "hCycle", expected',
    ],
    [
      'solver option',
      { schedule: { type: 'equilibrium', solver: { type: 'broyden', window: 2 } } },
      'no option "window"',
    ],
    ...Object.entries(standardParts.halting).map(([type, make]): [string, Partial<ModelConfig>, string] => {
      const needs = { 'fixed-steps': { segments: 2 }, 'at-least': { votes: 1 } }[type];
      const of = ['any', 'all', 'at-least'].includes(type) && { of: [{ type: 'halt-only' }] };
      const halting = { type, ...needs, ...of, maxSegment: 3 };
      return [`option of ${make.name}`, { halting }, 'there is no option "maxSegment", expected '];
    }),
    [
      'member',
      { halting: { type: 'any', of: [{ type: 'ponder', segments: 2 }] } },
      'ponder: there is no option "segments"',
    ],
    ['list of members', { halting: { type: 'all', of: 'ponder' } }, 'all: of is "ponder", expected a list such as'],
    ['name', { hiddensize: 8 } as never, 'model: there is no option "hiddensize", expected family, vocabSize, '],
    [
      'grid',
      { positions: { type: 'grid-rope', rows: 2, columns: 2, cols: 2 } as never },
      'positions: there is no option "cols"',
    ],
    ['part option', { schedule: { type: 'one-step-gradient', hCycles: 0, lCycles: 2 } }, 'hCycles is 0'],
    ['heads', { block: { type: 'attention', heads: 3 } }, 'hiddenSize 8 does not divide by 3 heads'],
    ['size', { seqLen: 0 }, 'seqLen is 0'],
  ])('refuses an unknown or wrong %s, saying what it expected', (_, wrong, message) => {
    expect(() => buildModel({ ...config, ...wrong })).toThrow(message);
  });
});

describe('modelConfigFromOfficial', () => {
  const official = {
    seq_len: 81,
    vocab_size: 11,
    num_puzzle_identifiers: 3,
    puzzle_emb_ndim: 512,
    H_cycles: 2,
    L_cycles: 3,
    H_layers: 4,
    L_layers: 5,
    hidden_size: 512,
    expansion: 4,
    num_heads: 8,
    pos_encodings: 'rope',
    halt_max_steps: 16,
    halt_exploration_prob: 0.1,
  };

  it('reads an HRM', () => {
    expect(modelConfigFromOfficial('hrm', official)).toEqual({
      family: 'hrm',
      vocabSize: 11,
      seqLen: 81,
      hiddenSize: 512,
      hLayers: 4,
      lLayers: 5,
      block: { type: 'attention', heads: 8, expansion: 4, normEpsilon: 1e-5 },
      schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 3 },
      halting: { type: 'q-learning', maxSegments: 16, exploration: 0.1 },
      positions: 'rope',
      ropeTheta: 10_000,
      precision: 'bfloat16',
      puzzleEmbedding: { puzzles: 3, size: 512 },
    });
  });

  it('takes the precision of forward_dtype, and refuses another', () => {
    expect(modelConfigFromOfficial('hrm', { ...official, forward_dtype: 'float32' }).precision).toBe('float32');
    const small = { ...official, hidden_size: 8, num_heads: 2, forward_dtype: 'float16' };
    expect(() => buildModel(modelConfigFromOfficial('hrm', small))).toThrow(
      "precision is the string \"float16\", expected 'float32' or 'bfloat16'",
    );
  });

  it('reads a TRM with the mixer', () => {
    const config = modelConfigFromOfficial('trm', {
      ...official,
      H_layers: 0,
      mlp_t: true,
      pos_encodings: 'none',
      rope_theta: 500,
      rms_norm_eps: 1e-6,
      no_ACT_continue: true,
      puzzle_emb_len: 16,
    });
    expect(config).toMatchObject({
      family: 'trm',
      hLayers: undefined,
      block: { type: 'mixer', expansion: 4, normEpsilon: 1e-6 },
      schedule: { type: 'full-recursion' },
      halting: { type: 'halt-only' },
      positions: 'none',
      ropeTheta: 500,
      puzzleEmbedding: { puzzles: 3, size: 512, positions: 16 },
    });
  });

  it('has no puzzle embedding of size 0, and the default number of positions', () => {
    expect(modelConfigFromOfficial('hrm', { ...official, puzzle_emb_ndim: 0 }).puzzleEmbedding).toBeUndefined();
    const counted = modelConfigFromOfficial('trm', { ...official, puzzle_emb_len: 0 });
    expect(counted.puzzleEmbedding).toEqual({ puzzles: 3, size: 512 });
  });

  it('keeps the continue loss of a TRM with one', () => {
    expect(modelConfigFromOfficial('trm', { ...official, no_ACT_continue: false }).halting.type).toBe('q-learning');
  });
});
