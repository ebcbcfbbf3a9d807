import { z } from 'zod';
import { section } from './section';

// What each standard part takes, for errors before it is made, for editors and for the reference. The parts check what
// the numbers may be. A test compares the names with those that the parts themselves know.

const number = (description: string) => z.number().optional().describe(description);
const feedForward = {
  feedForward: z.enum(['swiglu', 'gelu']).optional().describe('The feed-forward layer. Default swiglu'),
  expansion: number('How much wider the feed-forward layer is inside. Default 4'),
};
const residual = {
  norm: z.enum(['post', 'pre']).optional().describe('Where a sublayer is normalised: after the addition, as HRM does, or before the sublayer. Default post'), // prettier-ignore
  learnedGain: z.boolean().optional().describe('Whether norms have learned gains. Default false'),
  normEpsilon: number('Added to the mean square. Default 1e-5'),
};
const grid = section({
  rows: z.number().describe('Rows'),
  columns: z.number().describe('Columns'),
  boxRows: number('Rows of the boxes that it falls into'),
  boxColumns: number('Columns of these boxes'),
});
const cycles = {
  hCycles: z.number().describe('Applications of f_H in a segment'),
  lCycles: z.number().describe('Applications of f_L before each of f_H'),
};
const chosen = (names: readonly string[]) =>
  z.union([z.enum(names), z.looseObject({ type: z.enum(names) })]).optional();
const solve = {
  solver: chosen(['anderson', 'broyden', 'damped-iteration']).describe('The solver, by name or with its options: anderson (window, ridge, damping), broyden (memory, damping), damped-iteration (damping). Default anderson'), // prettier-ignore
  tolerance: number('The residual at which a puzzle is done. Default 1e-4; 0 makes all iterations'),
  residual: z.enum(['relative', 'absolute']).optional().describe('What the tolerance is of. Default relative'),
  maxIterations: number('Evaluations after which the search ends. Default 40'),
  iterations: number('Always so many evaluations, which can be recorded'),
};
const maxSegments = number('Segments after which every puzzle halts. Default 16');
const exploration = number('Share of slots that must go on for a random number of segments. Default 0.1');
const members = z.array(z.looseObject({ type: z.string() })).describe('The controllers that vote, each as it would stand alone'); // prettier-ignore

/** The options of each standard part, by its kind and its name. */
export const partOptions = {
  block: {
    attention: section({
      heads: number('Heads that share the hidden size. Default: each as near to 64 wide as can be'),
      keyValueHeads: number('Key and value heads; fewer than heads make it grouped-query attention. Default heads'),
      ...feedForward,
      ...residual,
    }),
    mixer: section({ ...feedForward, ...residual }),
    'graph-attention': section({
      relations: z.array(z.union([z.enum(['row', 'column', 'box', 'neighbours']), z.array(z.array(z.int().min(0)))])).describe('What each head attends along: a relation of the grid by name, or for each cell the list of those it is joined to'), // prettier-ignore
      grid: grid.optional().describe('The grid whose relations are given by name'),
      headSize: number('Width of a head. Default the largest power of two that lets all heads fit'),
      ...feedForward,
      ...residual,
    }),
    conv: section({
      grid: grid.describe('The grid that the puzzle is'),
      kernelSize: number('Side of the square that a cell sees, odd. Default 3'),
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
    progressive: section({
      stages: z.array(section({ from: z.number(), ...cycles })).optional().describe('Stages, each with its cycles and the share of training, from, after which it begins. Default: three of CGAR'), // prettier-ignore
      schedule: z.enum(['one-step-gradient', 'full-recursion', 'unrolled']).optional().describe('The schedule of a stage. Default full-recursion'), // prettier-ignore
    }),
    equilibrium: section({
      ...solve,
      gradient: chosen(['one-step', 'phantom', 'implicit']).describe('The gradient at the fixed point, by name or with its options: phantom (steps, damping), implicit (those of the search). Default one-step'), // prettier-ignore
      jacobianWeight: number('Weight of the Jacobian penalty in the loss. Default 0'),
    }),
  },
  halting: {
    'q-learning': section({
      maxSegments,
      exploration,
      lossWeight: number('Weight of the halt and continue losses. Default 0.5'),
      discount: number('What a right answer one segment later is worth beside one now; below 1 a puzzle that is surely right halts. Default 1'), // prettier-ignore
      learnContinue: z.boolean().optional().describe('Whether the continue value learns its target, for one more forward pass a step. Default true'), // prettier-ignore
    }),
    'halt-only': section({ maxSegments, exploration, lossWeight: number('Weight of the halt loss. Default 0.5') }),
    'fixed-steps': section({ segments: z.number().describe('Segments that every puzzle gets') }),
    'graves-act': section({
      maxSegments,
      ponderWeight: number('What a segment costs, in units of token loss. Default 0.01'),
      epsilon: number('A puzzle halts once no more than this much probability is left. Default 0.01'),
      haltingBias: number("The head's bias at the start. Default -3"),
    }),
    ponder: section({
      maxSegments,
      prior: number("The geometric prior's probability of halting at a segment. Default 0.2"),
      divergenceWeight: number('Weight of the divergence from the prior. Default 0.01'),
      epsilon: number('In training a puzzle halts once no more than this much probability is left. Default 0.05'),
      haltAt: number('Outside of training a puzzle halts once this much probability is spent. Default 0.5'),
    }),
    residual: section({
      maxSegments,
      tolerance: number("A puzzle halts when a segment has changed its zH by no more than this share of zH's length. Default 0.05"), // prettier-ignore
    }),
    'unchanged-answer': section({
      segments: number('Segments in a row that must leave the answer as it was. Default 2'),
      maxSegments,
    }),
    any: section({ of: members }),
    all: section({ of: members }),
    'at-least': section({ votes: z.number().describe('Controllers that must want to halt'), of: members }),
  },
};

/** The kinds of parts. */
export type PartKind = keyof typeof partOptions;

/**
 * A part chosen by name, with its options. Those of the standard parts are checked; those of a part of one's own, which
 * `imports` brings, are let pass: the part checks them.
 */
export const part = (kind: PartKind) =>
  z
    .looseObject({ type: z.string().min(1) })
    .superRefine(({ type, ...options }, context) => {
      const known: { readonly [type: string]: z.ZodType } = partOptions[kind];
      if (!Object.hasOwn(known, type)) return;
      for (const issue of known[type]!.safeParse(options).error?.issues ?? []) context.addIssue({ ...issue });
    })
    .meta({ partKind: kind });
