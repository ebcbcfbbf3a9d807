import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { readConfigJson, type RunConfig, runConfigSchema, UsageError } from '@hrm/reference-trainer/internal';
import type { ComparisonCell } from './comparison-cell';

const figures = z.strictObject({
  /** Of held-out puzzles over all segments: share wholly right, and mean share of cells right. */
  puzzles: z.number(),
  cells: z.number(),
  /** The same where each puzzle leaves when its controller halts it, and the mean of the segments it had by then. */
  puzzlesHalting: z.number(),
  cellsHalting: z.number(),
  segmentsHalting: z.number(),
  /** Mean segments of a puzzle in training. */
  trainingSegments: z.number(),
  /** Of training: wall time, and processor time of the process over all cores, both with recording and compiling. */
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** Median wall time of a training step that was recorded before; where the schedule grows, the mean of its stages'. */
  stepMilliseconds: z.number(),
  /** Mean token loss of a sequence over the first and the last tenth of training. */
  firstLoss: z.number(),
  lastLoss: z.number(),
});

/** What a cell came to, in numbers. */
export type CellFigures = z.infer<typeof figures>;

const outcome = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('trained'), figures }),
  /** Training ended, with a token loss no lower than at its start. */
  z.strictObject({ outcome: z.literal('not-learned'), figures }),
  /** Training could not go on, such as from a step that is not finite. */
  z.strictObject({ outcome: z.literal('failed'), reason: z.string() }),
]);

/** How a cell ended. */
export type CellOutcome = z.infer<typeof outcome>;

/** A cell and how it ended. */
export type CellResult = { cell: ComparisonCell } & CellOutcome;

const savedCell = z.strictObject({ config: z.unknown(), result: outcome });

/** Where a comparison keeps a cell. */
const cellPath = (folder: string, { size, schedule, controller, seed }: ComparisonCell) =>
  join(folder, 'cells', `${size}x${size}.${schedule}.${controller}.seed-${seed}.json`);

/** Keeps what a cell came to, all of the file or none of it. */
export async function saveCell(folder: string, config: RunConfig, { cell, ...result }: CellResult): Promise<void> {
  await mkdir(join(folder, 'cells'), { recursive: true });
  const text = JSON.stringify({ config, result }, null, 2);
  await replaceFile(cellPath(folder, cell), new TextEncoder().encode(`${text}\n`));
}

/**
 * What a cell came to in an earlier call, if it was in it.
 *
 * @throws UsageError where it was trained by another config, or the file is none of ours.
 */
export function readCell(folder: string, config: RunConfig, cell: ComparisonCell): CellResult | undefined {
  const path = cellPath(folder, cell);
  if (!existsSync(path)) return undefined;
  const parsed = readConfigJson(path, { name: `--out: ${path}` });
  const saved = savedCell.safeParse(parsed);
  if (!saved.success) throw new UsageError(`--out: ${path} is not a cell of a comparison; choose another folder`);
  // Read as a config, so that one from before an option was there has that option's default.
  const trained = runConfigSchema.safeParse(saved.data.config);
  if (!isDeepStrictEqual(trained.data, JSON.parse(JSON.stringify(config)))) {
    throw new UsageError(
      `--out: ${path} was trained with another budget or by another version; give the --steps it was begun with, or choose another folder`,
    );
  }
  return { cell, ...saved.data.result };
}
