import { countsHistogram, type TensorBoardValue } from '@hrm/files';
import { createEventFile } from '@hrm/files/node';
import { meanMetrics } from '@hrm/trainer';
import type { Task } from '@hrm/data';
import { puzzleImage } from './image/puzzle-image';
import type { TrainingObserver } from './training-observer';

/** The most puzzles that are drawn at each evaluation. */
const IMAGES = 3;

/** Values of which none is infinite, by tag. Their names are those of metrics.jsonl. */
type Values = Record<string, TensorBoardValue>;

const named = (group: string, figures: { readonly [name: string]: unknown }): Values => {
  const numbers = Object.entries(figures).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(numbers.map(([name, value]) => [`${group}/${name}`, value]));
};

const sumOf = (counts: readonly number[], more: readonly number[]) =>
  more.map((count, index) => count + (counts[index] ?? 0));

/**
 * Logs to event files of TensorBoard, one for each start of the run: figures of each step and each evaluation, and
 * histograms of the segments after which puzzles halted, and images of puzzles that the model fails on.
 *
 * @param folder of the event files.
 * @param firstStep the next step: TensorBoard drops what files of earlier starts hold of it and of later ones.
 */
export async function openTensorBoardLog(
  folder: string,
  { firstStep, task }: { firstStep: number; task: Task },
): Promise<TrainingObserver> {
  const events = await createEventFile(folder, { firstStep });
  /** Since the last evaluation. */
  let haltingSteps: readonly number[] = [];
  return {
    name: `${folder} of TensorBoard`,
    onStep: async ({
      step,
      metrics: { count: _, ...metrics },
      learningRate,
      samplesPerSecond,
      haltingSteps: halted,
    }) => {
      haltingSteps = sumOf(haltingSteps, halted);
      const machine = { samplesPerSecond, memory: process.memoryUsage.rss() };
      await events.append(step, { ...named('train', { ...metrics, learningRate }), ...named('machine', machine) });
    },
    onEvaluation: async (step, { totals, halted, count: _, rowsComputed: __, ...figures }, puzzles) => {
      const { haltingSteps: heldOut, ...atHalting } = halted;
      await events.append(step, {
        ...named('held out', { ...meanMetrics(totals), ...figures }),
        ...named('held out, when halted', { ...atHalting }),
        'held out/haltingSteps': countsHistogram(heldOut),
        ...Object.fromEntries(
          puzzles.slice(0, IMAGES).map((puzzle, place) => [`puzzles/${place + 1}`, puzzleImage(task, puzzle)]),
        ),
        ...(haltingSteps.some((count) => count > 0) && { 'train/haltingSteps': countsHistogram(haltingSteps) }),
      });
      haltingSteps = [];
      await events.flush();
    },
    close: () => events.close(),
  };
}
