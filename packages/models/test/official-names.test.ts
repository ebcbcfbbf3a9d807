import { attentionBlock, namedParameters } from '@hrm/layers';
import type { HostTensor } from '@hrm/files';
import {
  buildModel,
  hrm,
  modelConfigFromOfficial,
  parameterValues,
  setParameterValues,
  weightsFromOfficial,
  weightsToOfficial,
} from '@hrm/models';
import { nameFromOfficial, nameToOfficial } from '@hrm/models/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { officialModels } from './official-shapes';

beforeAll(() => useBackend('cpu'));

/** Exact equality. vitest's own comparison takes seconds for a model. */
function expectSame(name: string, got: HostTensor, expected: HostTensor): void {
  expect([got.dtype, got.shape], name).toEqual([expected.dtype, expected.shape]);
  const bytes = ({ data }: HostTensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  expect(Buffer.compare(bytes(got), bytes(expected)), `the order of ${name} and its original`).toBe(0);
}

describe.each(officialModels)('%s', (_, { family, config, shapes }) => {
  it('translates to exactly the official names', () => {
    const model = buildModel(modelConfigFromOfficial(family, config));
    expect([...namedParameters(model).keys()].map(nameToOfficial).sort()).toEqual(Object.keys(shapes).sort());
    model.dispose();
  });

  it('translates every name there and back', () => {
    const ours = Object.keys(shapes).map(nameFromOfficial);
    expect(new Set(ours).size).toBe(ours.length);
    expect(ours.map(nameToOfficial)).toEqual(Object.keys(shapes));
    for (const name of ours) expect(name).not.toMatch(/inner|_|layers|proj|mlp|H_|L_/);
  });

  it('converts official weights there and back exactly', async () => {
    const official = new Map(
      Object.entries(shapes).map(([name, shape], i): [string, HostTensor] => {
        const size = shape.reduce((product, axis) => product * axis, 1);
        return [name, { dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, j) => i + j / 1024) }];
      }),
    );
    const model = buildModel(modelConfigFromOfficial(family, config));
    setParameterValues(model, weightsFromOfficial(official));
    const back = weightsToOfficial(await parameterValues(model));
    for (const [name, tensor] of official) expectSame(name, back.get(name)!, tensor);
    expect(back.size).toBe(official.size);
    model.dispose();
  });
});

describe('names', () => {
  it.each([
    ['tokenEmbedding.weight', 'inner.embed_tokens.embedding_weight'],
    ['positionEmbedding.weight', 'inner.embed_pos.embedding_weight'],
    ['puzzleEmbedding.weight', 'inner.puzzle_emb.weights'],
    ['outputHead.weight', 'inner.lm_head.weight'],
    ['halting.head.weight', 'inner.q_head.weight'],
    ['halting.head.bias', 'inner.q_head.bias'],
    ['initialLatents.zH', 'inner.H_init'],
    ['initialLatents.zL', 'inner.L_init'],
    ['highLevel.blocks.0.attention.queryKeyValue.weight', 'inner.H_level.layers.0.self_attn.qkv_proj.weight'],
    ['highLevel.blocks.10.attention.output.weight', 'inner.H_level.layers.10.self_attn.o_proj.weight'],
    ['lowLevel.blocks.3.feedForward.gateUp.weight', 'inner.L_level.layers.3.mlp.gate_up_proj.weight'],
    ['lowLevel.blocks.3.feedForward.down.weight', 'inner.L_level.layers.3.mlp.down_proj.weight'],
    ['lowLevel.blocks.0.positionMixer.gateUp.weight', 'inner.L_level.layers.0.mlp_t.gate_up_proj.weight'],
    ['lowLevel.blocks.0.positionMixer.down.weight', 'inner.L_level.layers.0.mlp_t.down_proj.weight'],
  ])('%s is %s', (ours, official) => {
    expect(nameToOfficial(ours)).toBe(official);
    expect(nameFromOfficial(official)).toBe(ours);
  });

  it('may have the prefixes of torch.compile and the loss head', () => {
    for (const prefix of ['_orig_mod.model.', 'model.', '_orig_mod.', '']) {
      expect(nameFromOfficial(`${prefix}inner.H_level.layers.0.mlp.down_proj.weight`)).toBe(
        'highLevel.blocks.0.feedForward.down.weight',
      );
    }
  });

  it('of parts that the official models lack translate there and back too', () => {
    const block = attentionBlock({ heads: 2, norm: 'pre', learnedGain: true, feedForward: 'gelu' });
    const model = hrm({ vocabSize: 3, seqLen: 4, hiddenSize: 8, block, hLayers: 1, lLayers: 1 });
    const names = [...namedParameters(model).keys()];
    expect(names).toContain('highLevel.blocks.0.attentionResidual.norm.gain');
    expect(names.map(nameToOfficial).map(nameFromOfficial)).toEqual(names);
    model.dispose();
  });
});

describe('weights', () => {
  const matrix = (name: string): [string, HostTensor] => [
    name,
    { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  ];
  const turned = { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) };

  it('of linear layers are [out, in] in official files and [in, out] here', () => {
    const ours = weightsFromOfficial(new Map([matrix('inner.lm_head.weight')]));
    expect(ours).toEqual(new Map([['outputHead.weight', turned]]));
    expect(weightsToOfficial(ours)).toEqual(new Map([matrix('inner.lm_head.weight')]));
  });

  it('of embeddings and vectors have the same layout in both', () => {
    const official = new Map([
      matrix('inner.embed_tokens.embedding_weight'),
      matrix('inner.embed_pos.embedding_weight'),
      matrix('inner.puzzle_emb.weights'),
      ['inner.q_head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }],
    ] as [string, HostTensor][]);
    expect([...weightsFromOfficial(official).values()]).toEqual([...official.values()]);
  });

  it.each<[string, HostTensor]>([
    ['float64', { dtype: 'float64', shape: [1, 3], data: Float64Array.of(1, 2, 3) }],
    ['int64', { dtype: 'int64', shape: [1, 3], data: BigInt64Array.of(1n, 2n, 3n) }],
    ['int32', { dtype: 'int32', shape: [1, 3], data: Int32Array.of(1, 2, 3) }],
  ])('of %s become float32, converted', (_, tensor) => {
    const vector = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) };
    const ours = weightsFromOfficial(
      new Map([
        ['inner.lm_head.weight', tensor],
        ['inner.H_init', { ...tensor, shape: [3] }],
      ]),
    );
    expect(ours.get('initialLatents.zH')).toEqual(vector);
    expect(ours.get('outputHead.weight')).toEqual({ ...vector, shape: [3, 1] });
    expect(weightsToOfficial(new Map([['initialLatents.zH', { ...tensor, shape: [3] }]])).get('inner.H_init')).toEqual(vector); // prettier-ignore
  });

  it('with the same parameter twice are refused', () => {
    const twice = new Map([matrix('inner.lm_head.weight'), matrix('model.inner.lm_head.weight')]);
    expect(() => weightsFromOfficial(twice)).toThrow('"model.inner.lm_head.weight" is a second "inner.lm_head.weight"');
  });
});
