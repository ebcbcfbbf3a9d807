import { z } from 'zod';
import { part } from './part-options';
import { section } from './section';

// What is described here is also in the JSON Schema, for editors, and in docs/config.md: `run-config-reference.ts`.

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const notNegative = z.number().min(0);
const countOrAuto = z.union([count, z.literal('auto')], { error: 'expected a whole number from 1, or "auto"' });

const task = z.discriminatedUnion('kind', [
  section({
    kind: z.literal('sudoku').describe('Sudoku'),
    size: z.literal([4, 6, 9, 16], { error: 'expected 4, 6, 9 or 16' }).describe('Cells along a side'),
  }),
  section({
    kind: z.literal('maze').describe('Shortest ways through mazes'),
    width: count.min(3).describe('Cells from left to right'),
    height: count.min(3).describe('Cells from top to bottom'),
  }),
  section({
    kind: z
      .literal('tokens')
      .describe('Puzzles of any other kind, such as ARC: read from a folder, neither drawn nor verified'),
    seqLen: count.describe('Tokens of a puzzle'),
    vocabSize: count.describe('Different tokens'),
  }),
]);

const generated = section({
  train: count.describe('Puzzles to train on'),
  test: count.describe('Puzzles held out'),
  seed: z.int().default(0).describe('Seed of the puzzles'),
  givens: z.tuple([count, count]).optional().describe('Sudoku: fewest and most cells given'),
  minPathLength: count.optional().describe('Mazes: fewest steps from start to goal'),
});

const model = section({
  family: z.enum(['hrm', 'trm']).default('hrm').describe('hrm: f_L and f_H are two networks; trm: they are one'),
  hiddenSize: count.describe('Width of the latents'),
  hLayers: count.optional().describe('Blocks in f_H. Default 4; in trm it has no meaning'),
  lLayers: count.optional().describe("Blocks in f_L, or in trm's one network. Default 4, in trm 2"),
  block: part('block').describe('The block that f_L and f_H are made of'),
  schedule: part('schedule').describe('How the latents are refined in a segment, and where gradient flows'),
  halting: part('halting').describe('When a puzzle stops, and what that adds to the loss'),
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
    .describe('How positions are told apart; grid-rope by its name alone takes rows and columns from the task'),
  ropeTheta: positive.optional().describe('Base of the rotary frequencies. Default 10000'),
  puzzleEmbeddingSize: z
    .int()
    .min(0)
    .default(0)
    .describe('Width of the puzzle embedding in front of the sequence; 0 for none'),
  puzzleEmbeddingPositions: count.optional().describe('Positions it takes. Default: as many as its width needs'),
});

/** Whether a rule between several keys can be looked at: also where another key is wrong, so that all is told at once. */
const whenObject = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

const training = section({
  batchSize: count.describe('Slots that go through a step together'),
  steps: count.optional().describe('Steps of the whole run: this, or epochs'),
  epochs: count.optional().describe('Passes over the data: this, or steps'),
  seed: z.int().default(0).describe('Seed of weights, puzzles drawn and exploration'),
  segmentsPerUpdate: count
    .optional()
    .describe('Segments that share an update, not detached from each other. Default 1'),
  microBatch: countOrAuto
    .default('auto')
    .describe(
      'Slots that go through a segment together; auto: as many as the cache holds. What is learned stays the same',
    ),
  lanes: countOrAuto
    .default('auto')
    .describe('How many such parts go through at once; auto: two, on native TensorFlow'),
  tokenLoss: z.enum(['stablemax', 'softmax']).default('stablemax').describe('Loss of the tokens'),
  labelSmoothing: share
    .lt(1)
    .default(0)
    .describe('Share of each label that the token loss spreads over all tokens; in evaluations too'),
  optimizer: z
    .enum(['adam-atan2', 'adam-w', 'muon'])
    .default('adam-atan2')
    .describe("Optimizer of the weights; muon: of hidden layers' matrices, and AdamW of the rest"),
  learningRate: positive.describe('Learning rate after the warm-up'),
  warmupSteps: z.int().min(0).default(0).describe('Steps over which the learning rate grows from 0'),
  minRatio: share
    .default(1)
    .describe('Share of the learning rate left at the end of the cosine; 1 keeps it constant after the warm-up'),
  clipNorm: positive
    .optional()
    .describe('Gradients longer than this, all of them together, are shortened to it. Default: as they are'),
  weightDecay: notNegative.default(0).describe('Weight decay'),
  decays: z
    .enum(['all', 'matrices'])
    .default('all')
    .describe('What decays: all weights, or matrices: none of biases, gains of norms and embeddings'),
  momentum: share.lt(1).default(0.95).describe("Decay of muon's mean; other optimizers have beta1"),
  beta1: share.default(0.9).describe("Decay of the optimizer's mean"),
  beta2: share.default(0.95).describe("Decay of the optimizer's mean square"),
  puzzleLearningRate: positive.optional().describe('Learning rate of the puzzle embedding. Default learningRate'),
  puzzleWeightDecay: notNegative.default(0).describe('Weight decay of the puzzle embedding'),
  emaDecay: share
    .optional()
    .describe('Keeps an average of the weights for evaluation; each step keeps this share of it. Default: no average'),
  augment: z
    .boolean()
    .default(false)
    .describe('Turns every puzzle drawn into one of its equals: digits, rows and columns, or rotations and mirrors'),
  reveal: section({
    share: share.describe('Share of the puzzles in which cells are revealed'),
    most: count.describe('Most cells revealed in a puzzle; how many is drawn for each'),
  })
    .optional()
    .describe(
      'Reveals cells of the answer at random, so that hard puzzles bring easier ones along: with { "share": 0.5, "most": 30 } up to 30 in half of the puzzles drawn. Default: none',
    ),
  evaluateEvery: count.default(1000).describe('Steps between evaluations'),
  checkpointEvery: count.optional().describe('Steps between checkpoints beside those at each evaluation'),
  checkpointMinutes: positive
    .default(10)
    .describe('Minutes after which a step is saved in any case. What is learned stays the same'),
  keepCheckpoints: count.default(2).describe('Newest checkpoints that stay; the best one stays besides'),
  stopAtExactAccuracy: share
    .optional()
    .describe('Ends the run once an evaluation gets this share of the puzzles wholly right'),
  stopAtHaltedAccuracy: share
    .optional()
    .describe(
      'Ends it only once as large a share as this is right where each puzzle stops when the controller halts it; beside stopAtExactAccuracy or alone',
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

/** Checks a run's description. What is not in it is an error. */
export const runConfigSchema = section({
  $schema: z
    .string()
    .optional()
    .describe('Where the JSON Schema of this file lies, for editors; the run makes nothing of it'),
  name: z.string().min(1).describe('Name of the run'),
  imports: z
    .array(z.string().min(1))
    .optional()
    .describe('Modules that bring parts of your own by name; relative to the config file. They are executed'),
  task: task.describe('The puzzles'),
  generate: generated.optional().describe('How to make the puzzles when no folder of them is given'),
  model: model.describe('The model'),
  training: training.describe('The training'),
});

/** A run: its puzzles, its model and its training, as a config file describes it. */
export type RunConfig = Omit<z.infer<typeof runConfigSchema>, '$schema'>;

/** A run as its author writes it, defaults left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

/** The puzzles of a run. */
export type Task = RunConfig['task'];
