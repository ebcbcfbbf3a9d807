import { WIRES } from '@hrm/distributed';
import { PRECISIONS } from '@hrm/layers';
import { z } from 'zod';
import { part, partOrName } from './part-options';
import { section } from './section';
import { taskSchema, type TaskConfig } from './task-options';

// The descriptions below are also those of the JSON Schema and of docs/config.md: see `run-config-reference.ts`.

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const notNegative = z.number().min(0);
const countOrAuto = z.union([count, z.literal('auto')], { error: 'expected a whole number from 1, or "auto"' });

const generated = section({
  train: count.describe('Training puzzles'),
  test: count.describe('Held-out puzzles'),
  seed: z.int().default(0).describe('Seed of the puzzles'),
  givens: z.tuple([count, count]).optional().describe('Sudoku: fewest and most given cells'),
  minPathLength: z
    .union([count, z.tuple([count, count])], { error: 'expected a whole number from 1, or two such as [1, 50]' })
    .optional()
    .describe('Mazes: shortest path allowed, in steps; [least, most] draws it for each maze'),
});

const model = section({
  family: z.enum(['hrm', 'trm']).default('hrm').describe('hrm: f_L and f_H are two networks; trm: they are one'),
  hiddenSize: count.describe('Width of the latents'),
  hLayers: count.optional().describe('Blocks in f_H. Default 4; unused in trm'),
  lLayers: count.optional().describe("Blocks in f_L, or in trm's one network. Default 4, in trm 2"),
  block: part('block').describe('The block that f_L and f_H are made of'),
  schedule: part('schedule').describe('How the latents are refined in a segment, and which refinements carry gradient'),
  halting: part('halting').describe('When a puzzle halts, and the losses that this adds'),
  positions: z
    .union(
      [
        z.enum(['rope', 'learned', 'none', 'grid-rope']),
        section({
          type: z.literal('grid-rope').describe('Rotary positions along both axes of a grid'),
          rows: count.describe('Rows of the grid'),
          columns: count.describe('Columns of the grid'),
        }),
      ],
      { error: 'expected "rope", "learned", "none", "grid-rope", or { "type": "grid-rope", "rows", "columns" }' },
    )
    .default('rope')
    .describe('Position encoding; the name grid-rope alone takes rows and columns from the task'),
  precision: z
    .enum(PRECISIONS)
    .default('float32')
    .describe('Numbers that products of matrices are computed in; bfloat16 needs native TensorFlow'),
  candidates: section({
    first: z.int().min(0).describe('The first token that an answer can have'),
    count: count.describe('How many there are'),
  })
    .optional()
    .describe(
      'Makes each cell a position for each value it can have; 9x9 Sudoku: { "first": 2, "count": 9 }. Default: one position for a cell',
    ),
  ropeTheta: positive.optional().describe('Base of the rotary frequencies. Default 10000'),
  puzzleEmbeddingSize: z
    .int()
    .min(0)
    .default(0)
    .describe('Size of the puzzle embedding in front of the sequence; 0 for none'),
  puzzleEmbeddingPositions: count
    .optional()
    .describe('Positions that the puzzle embedding takes. Default: as many as its size needs'),
});

/** Checks a rule between several keys even if another key is wrong, so that all faults are reported at once. */
const whenObject = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

const training = section({
  batchSize: count.describe('Puzzles per step'),
  steps: count.optional().describe('Steps of the whole run; give either this or epochs'),
  epochs: count.optional().describe('Passes over the data; give either this or steps'),
  seed: z.int().default(0).describe('Seed of the weights, the order of puzzles and exploration'),
  segmentsPerUpdate: count.optional().describe('Segments per update; gradient flows between them. Default 1'),
  microBatch: countOrAuto
    .default('auto')
    .describe('Puzzles that are computed together; auto: as many as fit the cache. The result stays the same'),
  lanes: countOrAuto.default('auto').describe('Such parts that are computed at once; auto: two, on native TensorFlow'),
  wire: z
    .enum(WIRES)
    .default('float32')
    .describe('How gradients travel between ranks of MPI; bfloat16: half the bytes, rounded'),
  tokenLoss: partOrName('tokenLoss').default('stablemax').describe('Loss function of the tokens'),
  labelSmoothing: share
    .lt(1)
    .default(0)
    .describe('Share of each label that the token loss spreads over all tokens, also in evaluations'),
  optimizer: partOrName('optimizer')
    .default('adam-atan2')
    .describe('Optimizer of the weights; muon: Muon for the matrices of hidden layers, AdamW for the rest'),
  learningRate: positive.describe('Learning rate after the warm-up'),
  warmupSteps: z.int().min(0).default(0).describe('Steps over which the learning rate grows from 0'),
  minRatio: share
    .default(1)
    .describe('Share of the learning rate at the end of its cosine decay; 1 for a constant rate after the warm-up'),
  clipNorm: positive
    .optional()
    .describe('Largest global norm of the gradients; larger ones are scaled down to it. Default: no clipping'),
  weightDecay: notNegative.default(0).describe('Weight decay'),
  decays: z
    .enum(['all', 'matrices'])
    .default('all')
    .describe('Weights that decay: all, or matrices: no biases, gains of norms or embeddings'),
  momentum: share.lt(1).default(0.95).describe('Momentum of muon; other optimizers use beta1'),
  beta1: share.default(0.9).describe("Decay of the optimizer's first moment"),
  beta2: share.default(0.95).describe("Decay of the optimizer's second moment"),
  puzzleLearningRate: positive.optional().describe('Learning rate of the puzzle embedding. Default learningRate'),
  puzzleWeightDecay: notNegative.default(0).describe('Weight decay of the puzzle embedding'),
  trains: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'Names of the parameters to train, such as "puzzleEmbedding", "outputHead" or "lowLevel.blocks.*.attention"; a name stands for all parameters under it. The others stay as they are. Default: all',
    ),
  emaDecay: share
    .optional()
    .describe('Decay of a moving average of the weights, which evaluations use. Default: no average'),
  augment: z
    .boolean()
    .default(false)
    .describe(
      'Whether each puzzle is replaced by a random symmetric one: digits, rows and columns, or rotations and reflections',
    ),
  augmentations: z
    .array(part('augmentation'))
    .optional()
    .describe(
      'Further changes to each puzzle as it is drawn, in this order, after augment and before reveal. Default: none',
    ),
  reveal: section({
    share: share.describe('Share of the puzzles in which cells are revealed'),
    most: count.describe('Most cells revealed in a puzzle; the number is drawn for each puzzle'),
  })
    .optional()
    .describe(
      'Reveals random cells of the answer, which makes easier puzzles out of hard ones: with { "share": 0.5, "most": 30 } up to 30 cells in half of the puzzles. Default: none',
    ),
  evaluateEvery: count.default(1000).describe('Steps between evaluations'),
  checkpointEvery: count.optional().describe('Steps between checkpoints, in addition to those at each evaluation'),
  checkpointMinutes: positive.default(10).describe('Most minutes between two checkpoints. The result stays the same'),
  keepCheckpoints: count.default(2).describe('Newest checkpoints to keep, in addition to the best one'),
  logTo: z
    .array(z.enum(['jsonl', 'tensorboard']))
    .default(['jsonl'])
    .describe(
      'Where figures are logged: jsonl: metrics.jsonl, which is always written; tensorboard: also event files for TensorBoard, in the folder tensorboard of the run',
    ),
  stopAtExactAccuracy: share
    .optional()
    .describe('Ends the run when an evaluation solves this share of the puzzles exactly'),
  stopAtHaltedAccuracy: share
    .optional()
    .describe(
      'The same with each puzzle stopped when the controller halts it; if stopAtExactAccuracy is given too, both must be reached',
    ),
})
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    message: 'give either steps or epochs, and not both',
    path: ['steps'],
    ...whenObject,
  })
  .refine(({ batchSize, microBatch }) => typeof microBatch !== 'number' || batchSize % microBatch === 0, {
    message: 'must divide batchSize',
    path: ['microBatch'],
  })
  .refine(({ batchSize, microBatch, lanes }) => lanes === 'auto' || microBatch !== 'auto' || batchSize % lanes === 0, {
    message: 'must divide batchSize',
    path: ['lanes'],
  });

/** The schema of a config file. Unknown keys are errors. */
export const runConfigSchema = section({
  $schema: z.string().optional().describe('Path of the JSON Schema of this file, for editors; the run ignores it'),
  name: z.string().min(1).describe('Name of the run'),
  imports: z
    .array(z.string().min(1))
    .optional()
    .describe('Modules with parts and tasks of your own, relative to the config file. They are executed'),
  task: taskSchema.optional().describe('The puzzles. Default: those of --data, if that folder has a task.json'),
  generate: generated.optional().describe('How to generate the puzzles if no folder is given'),
  model: model.describe('The model'),
  training: training.describe('The training'),
});

/** The config of a run: its puzzles, model and training. */
export type RunConfig = Omit<z.infer<typeof runConfigSchema>, '$schema' | 'task'> & { task: TaskConfig };

/** The same as it is written in a file, where defaults may be omitted. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
