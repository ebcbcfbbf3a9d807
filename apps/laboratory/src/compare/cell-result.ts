import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { readConfigJson, type RunConfig, runConfigSchema, UsageError } from '@hrm/cli/internal';
import { type ComparisonCell, USUAL_BLOCK } from './comparison-cell';

const figures = z.strictObject({
  /** Of held-out puzzles over all segments: share solved exactly, and mean share of cells right. */
  puzzles: z.number(),
  cells: z.number(),
  /** Share whose answer the task accepts, whatever the label; missing if the task has no check. */
  valid: z.number().optional(),
  /** The same if each puzzle stops when its controller halts it, and the mean segments until then. */
  puzzlesHalting: z.number(),
  cellsHalting: z.number(),
  segmentsHalting: z.number(),
  /** Mean segments per puzzle in training. */
  trainingSegments: z.number(),
  /** Wall time of training, and processor time over all cores, with recording and compiling. */
  seconds: z.number(),
  cpuSeconds: z.number(),
  /**
   * Median wall time of a training step, without recording; for a growing schedule, the weighted mean over its stages.
   */
  stepMilliseconds: z.number(),
  /** Mean token loss over the first and the last tenth of training. */
  firstLoss: z.number(),
  lastLoss: z.number(),
});

/** The figures of a cell. */
export type CellFigures = z.infer<typeof figures>;

const outcome = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('trained'), figures }),
  /** Training ended with a token loss no lower than at its start. */
  z.strictObject({ outcome: z.literal('not-learned'), figures }),
  /** Training failed, such as at a step that is not finite. */
  z.strictObject({ outcome: z.literal('failed'), reason: z.string() }),
]);

/** The outcome of a cell. */
export type CellOutcome = z.infer<typeof outcome>;

/** A cell with its outcome. */
export type CellResult = { cell: ComparisonCell } & CellOutcome;

const savedCell = z.strictObject({ config: z.unknown(), puzzles: z.string().optional(), result: outcome });

/** The file of a cell. */
function cellPath(folder: string, { puzzles, schedule, controller, block, seed }: ComparisonCell): string {
  const parts = [puzzles.name, schedule, controller, ...(block === USUAL_BLOCK ? [] : [block])];
  return join(folder, 'cells', `${parts.join('.')}.seed-${seed}.json`);
}

/** How a cell is trained. */
export interface CellTraining {
  config: RunConfig;
  /** A fingerprint of the puzzles, if they are those of a folder. */
  puzzles?: string | undefined;
}

/** Writes the result of a cell, whole or not at all. */
export async function saveCell(folder: string, training: CellTraining, { cell, ...result }: CellResult): Promise<void> {
  await mkdir(join(folder, 'cells'), { recursive: true });
  const text = JSON.stringify({ ...training, result }, null, 2);
  await replaceFile(cellPath(folder, cell), new TextEncoder().encode(`${text}\n`));
}

/**
 * Reads the result of a cell from an earlier call, if there is one.
 *
 * @throws UsageError if it was trained in another way, or if the file is something else.
 */
export function readCell(
  folder: string,
  { config, puzzles }: CellTraining,
  cell: ComparisonCell,
): CellResult | undefined {
  const path = cellPath(folder, cell);
  if (!existsSync(path)) return undefined;
  const parsed = readConfigJson(path, { name: `--out: ${path}` });
  const saved = savedCell.safeParse(parsed);
  if (!saved.success) throw new UsageError(`--out: ${path} is not a cell of a comparison; choose another folder`);
  // Parsed as a config, so that an older file gets the defaults of new options.
  const trained = runConfigSchema.safeParse(saved.data.config);
  if (!isDeepStrictEqual(trained.data, JSON.parse(JSON.stringify(config))) || saved.data.puzzles !== puzzles) {
    throw new UsageError(
      `--out: ${path} was trained with other steps, with other puzzles or by another version; give the --steps and puzzles it was begun with, or choose another folder`,
    );
  }
  return { cell, ...saved.data.result };
}
