import { parseSafetensors, serializeSafetensors, serializeTorchCheckpoint } from '@hrm/files';
import { buildModel, parameterValues, saveModel, weightsToOfficial, type ModelConfig } from '@hrm/models';
import { weights } from '@hrm/weights';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { openModel, type GivenFile } from '../src/engine/open-model';

const file = (name: string, content: Uint8Array | string): GivenFile => ({
  name,
  arrayBuffer: async () => new Uint8Array(typeof content === 'string' ? Buffer.from(content) : content).buffer,
});

const config: ModelConfig = {
  family: 'hrm',
  ...{ vocabSize: 6, seqLen: 16, hiddenSize: 16, hLayers: 1, lLayers: 1 },
  block: { type: 'attention', heads: 2, expansion: 4 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 4 },
  positions: 'rope',
};
const model = buildModel(config);
const saved = await saveModel(model);
/** Its weights without the config. */
const bare = serializeSafetensors(parseSafetensors(saved).tensors);

/** As all_config.yaml of the official code has it. */
const yaml = `arch:
  name: hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1
  H_cycles: 2
  L_cycles: 2
  H_layers: 1
  L_layers: 1
  hidden_size: 16
  expansion: 4
  num_heads: 2
  pos_encodings: rope
  puzzle_emb_ndim: 0
  halt_max_steps: 4
  halt_exploration_prob: 0.1
  loss: { loss_type: stablemax_cross_entropy }
`;
const ofSudoku = `${yaml}data_path: data/sudoku-4x4\n`;
const official = serializeTorchCheckpoint(weightsToOfficial(await parameterValues(model)));

const answer = async (opened: typeof model) => [...(await opened.solve(new Int32Array(16).fill(1))).answer];
const size = { width: 4, height: 4 };

test('one file, a run of two, and an official checkpoint are the same model', async () => {
  const given = [
    [file('model.safetensors', saved)],
    [file('config.json', JSON.stringify({ config: {}, model: config })), file('weights.safetensors', bare)],
    [file('step_500', official), file('all_config.yaml', ofSudoku)],
  ];
  for (const files of given) expect(await answer((await openModel(files)).atSize(size))).toEqual(await answer(model));
});

test('an official checkpoint with the tokens of mazes is a model of 30x30 mazes, as the published one', async () => {
  const opened = await openModel([file('step_500', official), file('all_config.yaml', yaml)]);
  expect(opened).toMatchObject({ kind: 'maze', width: 30, height: 30, anySize: false });
  expect(opened.atSize({ width: 30, height: 30 }).seqLen).toBe(900);
});

test.for([
  {
    what: 'nothing',
    files: [],
    says: 'Expected the weights of one model, and its config if they are in two files; got no file.',
  },
  { what: 'two models', files: [file('a', saved), file('b', saved)], says: 'got a and b.' },
  { what: 'a damaged file', files: [file('cut.safetensors', saved.subarray(0, -9))], says: 'cut.safetensors' },
  { what: 'weights alone', files: [file('w.safetensors', bare)], says: 'there is no config in its metadata' },
  {
    what: 'another config',
    files: [file('w.safetensors', bare), file('c.json', '{"name": 3}')],
    says: 'c.json holds no model',
  },
  { what: 'an official checkpoint alone', files: [file('step_9', Buffer.from('PK\x03\x04'))], says: 'step_9' },
  {
    what: 'weights of another width',
    files: [file('w', bare), file('c.json', JSON.stringify({ ...config, hiddenSize: 32 }))],
    says: 'w',
  },
])('$what is refused, and says why', async ({ files, says }) => {
  await expect(openModel(files)).rejects.toThrow(says);
});

test('a model of another task is refused', async () => {
  const other = await saveModel(buildModel({ ...config, seqLen: 12 }));
  await expect(openModel([file('other.safetensors', other)])).rejects.toThrow(
    'other.safetensors is a model of neither Sudoku nor square mazes: it has 12 positions and 6 tokens, expected 16 and 6 (4x4)',
  );
});

test('a model of mazes takes one size, or any', async () => {
  const fixed = await openModel([file('maze.safetensors', await saveModel(buildModel({ ...config, seqLen: 25 })))]);
  expect(fixed).toMatchObject({ kind: 'maze', width: 5, height: 5, anySize: false });
  const any = await openModel([file('maze.safetensors', await weights('maze'))]);
  expect(any).toMatchObject({ kind: 'maze', anySize: true });
  expect(any.atSize({ width: 7, height: 4 }).seqLen).toBe(28);
});
