import type { Task } from '@hrm/data';
import type { Precision } from '@hrm/layers';
import { loadModel, type RecursiveReasoner } from '@hrm/models';
import { weights, weightsCards, type WeightsCard, type WeightsName } from '@hrm/weights';
import { UsageError } from '../command-line/usage-error';
import { taskSchema } from '../config/task-options';
import { makeTask } from '../run/parts/make-part';
import { looksLikeMaze, type MazeSize, mazeSizeOf } from './maze-size';
import { parsePuzzles, type PuzzleText } from './read-puzzles';

/** A model of `@hrm/weights`. */
export interface ShippedModel {
  name: WeightsName;
  card: WeightsCard;
  task: Task;
}

/** How a maze is written, for errors. */
const MAZE_CELLS = "'#' wall, ' ' free, one S and one G";

const shippedModel = (name: WeightsName, size: Partial<MazeSize> = {}): ShippedModel => {
  const card = weightsCards[name];
  return { name, card, task: makeTask({ name, task: taskSchema.parse({ ...card.task, ...size }) }) };
};

/** Every shipped model for puzzles of one size, with its task. */
const shippedModels = (): ShippedModel[] =>
  (Object.keys(weightsCards) as WeightsName[])
    .filter((name) => !weightsCards[name].anySize)
    .map((name) => shippedModel(name));

/** Whether a text has a number of cells, also if some are mistyped. Spaces may be cells. */
const hasCells = (text: string, count: number): boolean =>
  [/[\r\n]/g, /[\s|+=-]/g].some((skipped) => text.replace(skipped, '').length === count);

/** Whether the first line of a text is a puzzle of a task, or a row of one, by its length: a header has no digits. */
function beginsAs({ content, from }: PuzzleText, { seqLen }: Task): boolean {
  if (from === 'argument') return false;
  const first = content.split(/\r?\n/).find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? '';
  return /[\d.]/.test(first) && [seqLen, Math.sqrt(seqLen)].some((count) => hasCells(first, count));
}

/** Whether the puzzles are of a task. */
function isReadBy(text: PuzzleText, task: Task): boolean {
  try {
    parsePuzzles(task, text);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** @throws UsageError for a text that has not the shape of mazes. */
function sizeOfMaze({ source, content }: PuzzleText): MazeSize {
  const size = mazeSizeOf(content);
  if (size && Math.min(size.width, size.height) >= 3) return size;
  throw new UsageError(
    `${source}: it has no size of a maze; expected rows of equal length, one on a line, or a square maze on one line, ` +
      `of at least 3x3 cells: ${MAZE_CELLS}`,
  );
}

/**
 * Chooses the shipped model for the shape of puzzles.
 *
 * @throws UsageError if none fits: what is wrong with the puzzle if its shape is known, and else what the models solve.
 */
export function shippedModelFor(text: PuzzleText): ShippedModel {
  const models = shippedModels();
  const exact = models.find(({ task }) => isReadBy(text, task));
  if (exact) return exact;
  if (looksLikeMaze(text.content)) return shippedModel('maze', sizeOfMaze(text));
  const model =
    models.find(({ task }) => beginsAs(text, task)) ?? models.find(({ task }) => hasCells(text.content, task.seqLen));
  if (model) return model;
  const known = [
    ...models.map(({ name, task }) => `${task.name} (${name}, ${task.seqLen} cells)`),
    `mazes of any size (maze, ${MAZE_CELLS})`,
  ].join(', ');
  throw new UsageError(
    `${text.source}: it fits no shipped model; they solve ${known}. For other puzzles, train a model with ` +
      '`hrm train CONFIG --out RUN` and give --run RUN',
  );
}

/** Loads a shipped model. @param precision replaces that of its config. */
export async function loadShipped(
  { name, card, task }: ShippedModel,
  precision?: Precision,
): Promise<RecursiveReasoner> {
  const bytes = await weights(name);
  const size = card.anySize && task.grid ? { grid: task.grid } : {};
  const model = loadModel(bytes, { path: name, ...size });
  if (precision === undefined || precision === (model.config?.precision ?? 'float32')) return model;
  const config = { ...model.config!, precision };
  model.dispose();
  return loadModel(bytes, { path: name, config });
}
