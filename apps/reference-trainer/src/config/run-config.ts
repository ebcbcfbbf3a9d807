import { z } from 'zod';

/** A part chosen by name, with options that the part itself checks. */
const part = z.looseObject({ type: z.string().min(1) });

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const positive = z.number().positive();

const task = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sudoku'),
    size: z.union([z.literal(4), z.literal(6), z.literal(9), z.literal(16)]),
  }),
  z.strictObject({ kind: z.literal('maze'), width: count.min(3), height: count.min(3) }),
  // Puzzles of any other kind, such as ARC: read from a folder, neither drawn nor verified.
  z.strictObject({ kind: z.literal('tokens'), seqLen: count, vocabSize: count }),
]);

const generated = z.strictObject({
  /** Puzzles to train on, and held out. */
  train: count,
  test: count,
  seed: z.int().default(0),
  /** Sudoku: fewest and most cells given. */
  givens: z.tuple([count, count]).optional(),
  /** Mazes: fewest steps from start to goal. */
  minPathLength: count.optional(),
});

const model = z.strictObject({
  family: z.enum(['hrm', 'trm']).default('hrm'),
  hiddenSize: count,
  hLayers: count.optional(),
  lLayers: count.optional(),
  block: part,
  schedule: part,
  halting: part,
  /** `grid-rope` by its name alone takes rows and columns from the task. */
  positions: z
    .union([
      z.enum(['rope', 'learned', 'none', 'grid-rope']),
      z.strictObject({ type: z.literal('grid-rope'), rows: count, columns: count }),
    ])
    .default('rope'),
  ropeTheta: positive.optional(),
  /** Width of the puzzle embedding in front of the sequence; 0 for none. */
  puzzleEmbeddingSize: z.int().min(0).default(0),
  /** Positions it takes; by default as many as its width needs. */
  puzzleEmbeddingPositions: count.optional(),
});

const training = z
  .strictObject({
    batchSize: count,
    /** Steps of the whole run, or passes over the data: one of the two. */
    steps: count.optional(),
    epochs: count.optional(),
    seed: z.int().default(0),
    /** Segments that share an update, not detached from each other; 1 if not given. */
    segmentsPerUpdate: count.optional(),
    /** Slots that go through a segment together, 'auto' for as many as the cache holds; what is learned stays the same. */
    microBatch: z.union([count, z.literal('auto')]).default('auto'),
    /** How many such parts go through at once; 'auto' for two, on native TensorFlow. */
    lanes: z.union([count, z.literal('auto')]).default('auto'),
    tokenLoss: z.enum(['stablemax', 'softmax']).default('stablemax'),
    optimizer: z.enum(['adam-atan2', 'adam-w']).default('adam-atan2'),
    learningRate: positive,
    warmupSteps: z.int().min(0).default(0),
    /** Share of the learning rate left at the end of the cosine; 1 keeps it constant after the warm-up. */
    minRatio: share.default(1),
    weightDecay: z.number().min(0).default(0),
    beta1: share.default(0.9),
    beta2: share.default(0.95),
    puzzleLearningRate: positive.optional(),
    puzzleWeightDecay: z.number().min(0).default(0),
    /** Keeps an average of the weights for evaluation; each step keeps this share of it. */
    emaDecay: share.optional(),
    /** Turns every puzzle drawn into one of its equals: digits, rows and columns, or rotations and mirrors. */
    augment: z.boolean().default(false),
    /** Steps between evaluations. */
    evaluateEvery: count.default(1000),
    /** Steps between checkpoints beside those at each evaluation. */
    checkpointEvery: count.optional(),
    /** Newest checkpoints that stay; the best one stays besides. */
    keepCheckpoints: count.default(2),
    /** Ends the run once an evaluation gets so many puzzles wholly right. */
    stopAtExactAccuracy: share.optional(),
  })
  .refine(({ steps, epochs }) => (steps === undefined) !== (epochs === undefined), {
    message: 'give either steps or epochs, and not both',
    path: ['steps'],
  })
  .refine(({ batchSize, microBatch }) => microBatch === 'auto' || batchSize % microBatch === 0, {
    message: 'must divide batchSize',
    path: ['microBatch'],
  })
  .refine(({ batchSize, microBatch, lanes }) => lanes === 'auto' || microBatch !== 'auto' || batchSize % lanes === 0, {
    message: 'must divide batchSize',
    path: ['lanes'],
  });

/** Checks a run's description. What is not in it is an error. */
export const runConfigSchema = z.strictObject({
  name: z.string().min(1),
  /** Modules that bring parts of one's own by name; relative to the config file. They are executed. */
  imports: z.array(z.string().min(1)).optional(),
  task,
  /** How to make the puzzles when no folder of them is given. */
  generate: generated.optional(),
  model,
  training,
});

/** A run: its puzzles, its model and its training, as a config file describes it. */
export type RunConfig = z.infer<typeof runConfigSchema>;

/** A run as its author writes it, defaults left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

/** The puzzles of a run. */
export type Task = RunConfig['task'];
