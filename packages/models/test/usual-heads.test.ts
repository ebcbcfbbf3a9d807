import { attentionBlock, namedParameters } from '@hrm/layers';
import { buildModel, hrm, trm } from '@hrm/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';

// Plain JavaScript takes seconds for the larger ones.
beforeAll(() => useBackend('wasm'));

describe('a model without a block', () => {
  it.each([8, 64, 90, 160, 176, 184, 250])('can be made and run at hidden size %d', async (hiddenSize) => {
    for (const make of [hrm, trm]) {
      const layers = make === hrm ? { hLayers: 1, lLayers: 1 } : { layers: 1 };
      const model = make({ vocabSize: 3, seqLen: 2, hiddenSize, ...layers });
      const { answer } = await model.solve([1, 2], { until: 'halted' });
      expect(answer.length).toBe(2);
      model.dispose();
    }
  });

  it('has heads of size 64 by default, also in configs', () => {
    const sizes = { vocabSize: 3, seqLen: 2, hiddenSize: 192, hLayers: 1, lLayers: 1 };
    const shapes = (model: ReturnType<typeof hrm>) => {
      const found = [...namedParameters(model)].map(([name, { shape }]) => `${name} ${shape.join('x')}`);
      model.dispose();
      return found;
    };
    const three = shapes(hrm({ ...sizes, block: attentionBlock({ heads: 3 }) }));
    expect(shapes(hrm(sizes))).toEqual(three);
    const schedule = { type: 'one-step-gradient', hCycles: 2, lCycles: 2 };
    const named = { family: 'hrm', block: { type: 'attention' }, schedule, halting: { type: 'q-learning' } } as const;
    expect(shapes(buildModel({ ...sizes, ...named }))).toEqual(three);
  });
});
