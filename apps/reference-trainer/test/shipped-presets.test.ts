import { readFileSync } from 'node:fs';
import { weights, weightsCards, type WeightsName } from '@hrm/weights';
import { describe, expect, it } from 'vitest';
import { loadRunConfig } from '../src/config/load-run-config';
import type { presets } from '../src/config/presets/presets';
import { modelConfigOf } from '../src/run/building/build-run';
import { makeTask } from '../src/run/parts/make-part';

/** The preset of each shipped model. */
const presetOf: { readonly [name in WeightsName]: keyof typeof presets } = {
  'sudoku-4x4': 'sudoku-4x4-candidates',
  'sudoku-6x6': 'sudoku-6x6-candidates',
  'sudoku-9x9': 'sudoku-9x9-candidates',
  maze: 'maze-16x16-steady',
};

/** The metadata of a safetensors file: after the length of the header, the header as JSON. */
function metadataOf(bytes: Uint8Array): { [key: string]: string } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as { __metadata__: object };
  return header.__metadata__ as { [key: string]: string };
}

describe.each(Object.entries(presetOf) as [WeightsName, keyof typeof presets][])('%s', (name, preset) => {
  it(`is the model of ${preset}, with its task, seed and steps`, async () => {
    const config = loadRunConfig(preset);
    const { seqLen, vocabSize, grid } = makeTask(config);
    const model = modelConfigOf(config, { seqLen: seqLen!, vocabSize, numPuzzleIdentifiers: 1, ...(grid && { grid }) });
    const { config: shipped, task, seed } = metadataOf(await weights(name));
    expect(JSON.parse(JSON.stringify(model))).toEqual(JSON.parse(shipped!));
    expect(config.task).toEqual(JSON.parse(task!));
    expect(`${config.training.seed}`).toBe(seed);
    expect(config.training.steps).toBe(weightsCards[name].steps);
  });

  it('has a page that says how to make it again', () => {
    const page = readFileSync(new URL(`../../../packages/weights/files/${name}.md`, import.meta.url), 'utf8');
    expect(page.slice(page.indexOf('## Recipe'))).toContain(`hrm train ${preset}`);
    // What no generator makes comes from `--data`, and a run that goes on from another one needs that.
    const config = loadRunConfig(preset);
    if (!config.generate) expect(page).toContain(`hrm train ${preset} --data`);
  });
});
