import type { Task } from '@hrm/data';
import type { Precision } from '@hrm/layers';
import { loadModel, type RecursiveReasoner } from '@hrm/models';
import { weights, weightsCards, type WeightsCard, type WeightsName } from '@hrm/weights';
import { UsageError } from '../command-line/usage-error';
import { taskSchema } from '../config/task-options';
import { makeTask } from '../run/parts/make-part';
import { parsePuzzles, type PuzzleText } from './read-puzzles';

/** A model of `@hrm/weights`. */
export interface ShippedModel {
  name: WeightsName;
  card: WeightsCard;
  task: Task;
}

/** Every shipped model with its task. */
const shippedModels = (): ShippedModel[] =>
  Object.entries(weightsCards).map(([name, card]) => ({
    name: name as WeightsName,
    card,
    task: makeTask({ name, task: taskSchema.parse(card.task) }),
  }));

/** Whether a text has as many cells as one puzzle of a task: with a mistake in it, it is still for that task. */
function hasItsLength({ content }: PuzzleText, { seqLen }: Task): boolean {
  return [/[\r\n]/g, /[\s|+=-]/g].some((skipped) => content.replace(skipped, '').length === seqLen);
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

/**
 * Chooses the shipped model for the shape of puzzles.
 *
 * @throws UsageError if none fits: what is wrong with the puzzle if its shape is known, and else what the models solve.
 */
export function shippedModelFor(text: PuzzleText): ShippedModel {
  const models = shippedModels();
  const firstLine = { ...text, content: text.content.trim().split(/\r?\n/)[0]! };
  const model =
    models.find(({ task }) => isReadBy(text, task)) ??
    models.find(({ task }) => hasItsLength(text, task)) ??
    models.find(({ task }) => text.from !== 'argument' && hasItsLength(firstLine, task));
  if (model) return model;
  const known = models.map(({ name, task }) => `${task.name} (${name}, ${task.seqLen} cells)`).join(', ');
  throw new UsageError(
    `${text.source}: it fits no shipped model; they solve ${known}. For other puzzles, train a model with ` +
      '`hrm train CONFIG --out RUN` and give --run RUN',
  );
}

/** Loads a shipped model. @param precision replaces that of its config. */
export async function loadShipped({ name }: ShippedModel, precision?: Precision): Promise<RecursiveReasoner> {
  const bytes = await weights(name);
  const model = loadModel(bytes, { path: name });
  if (precision === undefined || precision === (model.config?.precision ?? 'float32')) return model;
  const config = { ...model.config!, precision };
  model.dispose();
  return loadModel(bytes, { path: name, config });
}
