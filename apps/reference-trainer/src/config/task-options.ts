import { z } from 'zod';
import { section } from './section';
import { smallTaskOptions } from './small-task-options';

const count = z.int().min(1);

/** The options of each standard task, by its kind. A test compares the kinds with `standardTasks`. */
export const taskOptions = {
  sudoku: section({
    kind: z.literal('sudoku').describe('Sudoku'),
    size: z.literal([4, 6, 9, 16], { error: 'expected 4, 6, 9 or 16' }).describe('Cells along a side'),
  }),
  maze: section({
    kind: z.literal('maze').describe('Shortest paths through mazes'),
    width: count.min(3).describe('Cells from left to right'),
    height: count.min(3).describe('Cells from top to bottom'),
  }),
  tokens: section({
    kind: z
      .literal('tokens')
      .describe('Sequences of any other kind: read from a folder, shown as numbers or characters, and not verified'),
    seqLen: count.describe('Tokens of the longest question or answer'),
    vocabSize: count
      .optional()
      .describe('Size of the vocabulary. Default: one more than there are symbols; without any, required'),
    alphabet: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'expected a text, or a list of texts' })
      .optional()
      .describe(
        'The characters, or the list of words, of token 1, 2 and so on. Default: puzzles are written as numbers',
      ),
    separator: z.string().min(1).optional().describe('What separates the words of a text. Default: nothing'),
    numbers: z
      .tuple([z.int(), z.int()])
      .optional()
      .describe('The least and the greatest number of puzzles that are lists of numbers; the least is token 1'),
  }),
  grid: section({
    kind: z
      .literal('grid')
      .describe('Colored grids of differing size, as in ARC: read from a folder, and not verified'),
    width: count.describe('Columns of the largest grid'),
    height: count.describe('Rows of the largest grid'),
    colors: count.optional().describe('Number of colors. Default 10'),
  }),
  arc: section({
    kind: z.literal('arc').describe('ARC-AGI, in the official layout: read from a folder, and evaluated by votes'),
  }),
  ...smallTaskOptions,
};

/** The puzzles of a run: a kind and its options. Kinds that are not standard come from `imports`, and check their own. */
export const taskSchema = z
  .looseObject({ kind: z.string().min(1) })
  .superRefine((task, context) => {
    const known: { readonly [kind: string]: z.ZodType } = taskOptions;
    if (!Object.hasOwn(known, task.kind)) return;
    for (const issue of known[task.kind]!.safeParse(task).error?.issues ?? []) context.addIssue({ ...issue });
  })
  .meta({ isTask: true });

/** The `task` section of a config. */
export type TaskConfig = z.infer<typeof taskSchema>;
