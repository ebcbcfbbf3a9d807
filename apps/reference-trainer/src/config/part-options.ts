import { z } from 'zod';
import { section } from './section';

// The options of each standard part: for errors before it is made, for editors and for the reference. The parts
// themselves check the ranges of numbers. A test compares the names with those that the parts know.

const number = (description: string) => z.number().optional().describe(description);
const feedForward = {
  feedForward: z.enum(['swiglu', 'gelu']).optional().describe('The feed-forward layer. Default swiglu'),
  expansion: number('Inner width of the feed-forward layer, as a multiple of the hidden size. Default 4'),
  innerSize: number('The exact inner width of the feed-forward layer, instead of expansion'),
};
const residual = {
  norm: z
    .enum(['post', 'pre'])
    .optional()
    .describe('Where to normalise: after the residual addition, as in HRM, or before the sublayer. Default post'),
  learnedGain: z.boolean().optional().describe('Whether norms have learned gains. Default false'),
  normEpsilon: number('Epsilon of RMS norm, added to the mean square. Default 1e-5'),
};
const grid = section({
  rows: z.number().describe('Rows'),
  columns: z.number().describe('Columns'),
  boxRows: number('Rows of a box'),
  boxColumns: number('Columns of a box'),
});
const cycles = {
  hCycles: z.number().describe('Applications of f_H in a segment'),
  lCycles: z.number().describe('Applications of f_L before each of f_H'),
};
const chosen = (names: readonly string[]) =>
  z.union([z.enum(names), z.looseObject({ type: z.enum(names) })]).optional();
const solve = {
  solver: chosen(['anderson', 'broyden', 'damped-iteration']).describe(
    'The solver, by name or with its options: anderson (window, ridge, damping), broyden (memory, damping), damped-iteration (damping). Default anderson',
  ),
  tolerance: number('The residual at which the search for a puzzle ends. Default 1e-4; 0 for all iterations'),
  residual: z
    .enum(['relative', 'absolute'])
    .optional()
    .describe('The kind of residual that the tolerance applies to. Default relative'),
  maxIterations: number('Evaluations after which the search ends. Default 40'),
  iterations: number('A fixed number of evaluations, without a tolerance; such a step can be recorded'),
};
const maxSegments = number('Segments after which every puzzle halts. Default 16');
const reads = z
  .enum(['first', 'mean'])
  .optional()
  .describe('What the halting head reads: the first position of zH, or the mean of all. Default first');
const exploration = number('Share of slots that must continue for a random number of segments. Default 0.1');
const members = z
  .array(z.looseObject({ type: z.string() }))
  .describe('The controllers that vote, each with its own options');

const moments = {
  beta1: number('Decay of the first moment. Default: that of the training'),
  beta2: number('Decay of the second moment. Default: that of the training'),
};

/** The options of each standard part, by its kind and its name. */
export const partOptions = {
  block: {
    attention: section({
      heads: number('Attention heads. Default: a number that makes each about 64 wide'),
      keyValueHeads: number('Key and value heads; fewer than heads make it grouped-query attention. Default heads'),
      ...feedForward,
      ...residual,
    }),
    mixer: section({ ...feedForward, ...residual }),
    'graph-attention': section({
      relations: z
        .array(z.union([z.enum(['row', 'column', 'box', 'neighbours']), z.array(z.array(z.int().min(0)))]))
        .describe(
          'For each head, the relation that it attends along: the name of a grid relation, or for each cell a list of cells',
        ),
      grid: grid.optional().describe('The grid of the named relations'),
      headSize: number('Width of a head. Default: the largest power of two with which all heads fit the hidden size'),
      ...feedForward,
      ...residual,
    }),
    conv: section({
      grid: grid.optional().describe('The grid of the puzzle. Default: that of the task'),
      kernelSize: number('Side of the square kernel, odd. Default 3'),
      ...feedForward,
      ...residual,
    }),
    cellular: section({
      grid: grid.optional().describe('The grid of the puzzle. Default: that of the task'),
      messageSize: number(
        'Numbers that a cell shows its neighbours. Default: a quarter of the hidden size, rounded up',
      ),
      innerSize: number('Inner width of the gated layer. Default: one and a half times the hidden size, rounded up'),
      input: z
        .enum(['added', 'apart'])
        .optional()
        .describe(
          'How a cell sees the puzzle: added to what it holds, or apart from it, so that it can keep what it holds as it is. Default added',
        ),
      learnedGain: residual.learnedGain,
      normEpsilon: residual.normEpsilon,
    }),
    pooling: section({
      axes: z.array(z.int().min(1)).describe('Lengths of the axes that the positions have, the last one fastest'),
      pools: z
        .array(z.array(z.int().min(0)))
        .describe('For each kind of group that exchanges messages, the axes along which its positions lie'),
      messageSize: number(
        'Numbers that a position contributes to each of its groups. Default: half of the hidden size',
      ),
      ...feedForward,
      ...residual,
    }),
  },
  schedule: {
    'one-step-gradient': section(cycles),
    'full-recursion': section(cycles),
    unrolled: section({
      ...cycles,
      withGradient: number('Applications of f_L or f_H, counted from the end, that carry gradient. Default all'),
    }),
    recall: section({
      applications: z.number().describe('Applications of f_L in a segment'),
      withGradient: number('How many of them carry gradient, counted from the end. Default all'),
      noise: number('In training, the standard deviation of noise that is added to zH before each segment. Default 0'),
    }),
    progressive: section({
      stages: z
        .array(section({ from: z.number(), ...cycles }))
        .optional()
        .describe(
          'Stages, each with its cycles and, as from, the share of training after which it begins. Default: the three of CGAR',
        ),
      schedule: z
        .enum(['one-step-gradient', 'full-recursion', 'unrolled'])
        .optional()
        .describe('The schedule of a stage. Default full-recursion'),
    }),
    equilibrium: section({
      ...solve,
      gradient: chosen(['one-step', 'phantom', 'implicit']).describe(
        'The gradient at the fixed point, by name or with its options: phantom (steps, damping), implicit (the options of the search). Default one-step',
      ),
      jacobianWeight: number('Weight of the Jacobian penalty in the loss. Default 0'),
    }),
  },
  halting: {
    'q-learning': section({
      maxSegments,
      exploration,
      lossWeight: number('Weight of the halt and continue losses. Default 0.5'),
      discount: number(
        'Discount per segment of the reward for a right answer; below 1, a puzzle that is surely right halts. Default 1',
      ),
      learnContinue: z
        .union([z.boolean(), z.literal('deferred')])
        .optional()
        .describe(
          'Whether the continue value learns its target, which needs one more forward pass per step; deferred: one step later, without that pass, unlike the official code. Default true',
        ),
      reads,
    }),
    'halt-only': section({
      maxSegments,
      exploration,
      lossWeight: number('Weight of the halt loss. Default 0.5'),
      reads,
    }),
    'fixed-steps': section({ segments: z.number().describe('Segments that every puzzle runs') }),
    'graves-act': section({
      maxSegments,
      ponderWeight: number('What a segment costs, in units of token loss. Default 0.01'),
      epsilon: number('A puzzle halts when at most this much halting probability remains. Default 0.01'),
      haltingBias: number('Initial bias of the halting head. Default -3'),
    }),
    ponder: section({
      maxSegments,
      prior: number("The geometric prior's probability of halting at a segment. Default 0.2"),
      divergenceWeight: number('Weight of the divergence from the prior. Default 0.01'),
      epsilon: number('In training, a puzzle halts when at most this much halting probability remains. Default 0.05'),
      haltAt: number('In evaluation, a puzzle halts when its halting probability reaches this sum. Default 0.5'),
    }),
    residual: section({
      maxSegments,
      tolerance: number(
        'A puzzle halts when a segment changes its zH by at most this share of the norm of zH. Default 0.05',
      ),
    }),
    'unchanged-answer': section({
      segments: number('Segments in a row that must not change the answer. Default 2'),
      maxSegments,
    }),
    any: section({ of: members }),
    all: section({ of: members }),
    'at-least': section({ votes: z.number().describe('Votes that are needed to halt'), of: members }),
  },
  tokenLoss: { stablemax: section({}), softmax: section({}) },
  optimizer: {
    'adam-atan2': section(moments),
    'adam-w': section(moments),
    muon: section({ momentum: number('Momentum of Muon. Default: that of the training'), ...moments }),
  },
  augmentation: {
    'reveal-answers': section({
      share: z.number().describe('Share of the puzzles in which cells are revealed'),
      most: z.number().describe('Most cells revealed in a puzzle'),
    }),
  },
};

/** The kinds of parts. */
export type PartKind = keyof typeof partOptions;

/** Adds the issues of a standard part's options. A user's part from `imports` checks its own. */
function checkOptions(kind: PartKind, part: { type: string }, context: z.RefinementCtx): void {
  const { type, ...options } = part;
  const known: { readonly [type: string]: z.ZodType } = partOptions[kind];
  if (!Object.hasOwn(known, type)) return;
  for (const issue of known[type]!.safeParse(options).error?.issues ?? []) context.addIssue({ ...issue });
}

const typed = z.looseObject({ type: z.string().min(1) });

/** A part with its options, such as `{ "type": "attention", "heads": 4 }`. */
export const part = (kind: PartKind) =>
  typed.superRefine((chosen, context) => checkOptions(kind, chosen, context)).meta({ partKind: kind });

/** A part by its name alone, or with its options. */
export const partOrName = (kind: PartKind) =>
  z
    .union([z.string().min(1), typed], {
      error: `expected a name, or an object such as { "type": "${Object.keys(partOptions[kind])[0]}" }`,
    })
    .superRefine((chosen, context) => {
      if (typeof chosen !== 'string') checkOptions(kind, chosen, context);
    })
    .meta({ partKind: kind, byName: true });
